"""How sure a model's predicted ratings are, by user and by item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.arrays import Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.known_arrays import read_known
from towhee_recsys.bundle.manifest import ITEM_VARIANCES, KNOWN, USER_VARIANCES
from towhee_recsys.bundle.towers import loaded, unchanged
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.errors import BundleError
from towhee_recsys.model.prediction_variance import ItemVariances


@lru_cache(maxsize=8)
def item_variances(bundle: Bundle) -> ItemVariances | None:
    """What each item multiplies the variance of predicted ratings by; None where the model does not know it.

    Raises:
        BundleError: the variances do not fit the items, or cannot be read.
    """
    if not (variance := bundle.prediction_variance):
        return None
    ids, id_type = loaded(bundle, "item").rows, bundle.item_schema.id_type
    factors = variance.of_items(_read(bundle, ITEM_VARIANCES, len(ids))).tolist()
    known = {item_id(key, id_type, KNOWN): factor for key, factor in zip(ids, factors, strict=True)}
    return ItemVariances(known, float(variance.of_items(variance.new_item)))


@lru_cache(maxsize=8)
def user_variances(bundle: Bundle) -> np.ndarray | None:
    """The variance of the predicted ratings of each known user for a usual item, in squared ratings, float64[users].

    None where the model does not know it.

    Raises:
        BundleError: the variances do not fit the users, or cannot be read.
    """
    if not (variance := bundle.prediction_variance):
        return None
    return variance.of_users(_read(bundle, USER_VARIANCES, len(loaded(bundle, "user").rows)))


def variances_of(bundle: Bundle, rows: Sequence[int | None], interactions: Callable[[int], int]) -> np.ndarray | None:
    """The variance of the predicted ratings of users for a usual item, in squared ratings, float64[n].

    None where the model does not know it. A known user keeps the variance of the training.

    Args:
        bundle: The model.
        rows: The row of each user that training had, None of another.
        interactions: How many interactions the user at a position comes with, of one that training did not have.

    Raises:
        BundleError: the variances do not fit the users, or cannot be read.
    """
    if (known := user_variances(bundle)) is None or not (variance := bundle.prediction_variance):
        return None
    there = [row for row in rows if row is not None]
    if len(there) == len(rows):  # as of most requests
        return known[there]
    new = [interactions(position) if row is None else 0 for position, row in enumerate(rows)]
    found = variance.of_new_users(new)
    found[[row is not None for row in rows]] = known[there]
    return found


def _read(bundle: Bundle, name: str, rows: int) -> np.ndarray:
    with unchanged(bundle):
        variances = read_known(bundle, name, Header(np.dtype(np.float32), (rows,)))
    if not (np.isfinite(variances) & (variances > 0)).all():
        raise BundleError(f"{bundle.directory / KNOWN}: {name} has numbers that are not finite, or not above 0. {CURE}")
    return variances
