"""How popular items are."""

from __future__ import annotations

import numpy as np

from towhee_recsys.data.decay import remaining_now
from towhee_recsys.data.interactions import Interactions


def item_popularity(
    interactions: Interactions, items: int, *, liked: float, half_life: float | None = None
) -> np.ndarray:
    """How many users like each item, float32[items]: better than how many have seen it, for some is seen and disliked.

    With a half-life a like counts what remains of 1 at the time of the newest of `interactions`.

    Args:
        interactions: One for each user and item.
        items: The number of items.
        liked: The lowest value that shows liking.
        half_life: Seconds in which a weight halves; None for no decay.
    """
    is_liked = interactions.values >= liked
    weights = remaining_now(interactions, half_life)[is_liked]
    return np.bincount(interactions.items[is_liked], weights, minlength=items).astype(np.float32)
