"""The most popular items of a bundle: the answer to a user of whom its model knows nothing."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.arrays import Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.known_arrays import read_known
from towhee_recsys.bundle.manifest import KNOWN, POPULARITY
from towhee_recsys.bundle.towers import loaded, unchanged
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id
from towhee_recsys.errors import BundleError

MOST = 16_384
"""As many items are listed at most: a search returns no more."""


@lru_cache(maxsize=8)
def popular_items(bundle: Bundle) -> dict[Id, float]:
    """The items that some user likes, the most popular first, each with its popularity relative to the first one's.

    They are at most `MOST`; equally popular ones are in the order of the dataset.

    Raises:
        BundleError: the popularity does not fit the items, or cannot be read.
    """
    ids = list(loaded(bundle, "item").rows)
    with unchanged(bundle):
        popularity = _popularity(bundle, len(ids))
    best = np.argsort(-popularity, kind="stable")[:MOST]
    best = best[popularity[best] > 0]
    relative = (popularity[best] / popularity.max(initial=0)).tolist()
    id_type = bundle.item_schema.id_type
    return {item_id(ids[row], id_type, KNOWN): score for row, score in zip(best.tolist(), relative, strict=True)}


def _popularity(bundle: Bundle, items: int) -> np.ndarray:
    popularity = read_known(bundle, POPULARITY, Header(np.dtype(np.float32), (items,)))
    if not (np.isfinite(popularity) & (popularity >= 0)).all():
        file = bundle.directory / KNOWN
        raise BundleError(f"{file}: {POPULARITY} has numbers that are not finite, or below 0. {CURE}")
    return popularity
