"""Items without interactions in a bundle: the tower's guess of their vectors, averaged with a kernel regression's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.bundle.arrays import ArrayFile, Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.known_arrays import read_expected
from towhee_recsys.bundle.manifest import ANCHOR_WEIGHTS, ANCHORS, ITEM_COUNTS, KNOWN, MEANS
from towhee_recsys.errors import BundleError
from towhee_recsys.model.kernel_regression import KernelRegression, UnratedItems
from towhee_recsys.model.towers import NumpyTower, free_size


def completing(bundle: Bundle, tower: NumpyTower, arrays: Sequence[np.ndarray]) -> NumpyTower:
    """The item `tower` of a bundle, with other vectors for items without interactions if the bundle has a regression.

    Args:
        bundle: The bundle.
        tower: Its item tower.
        arrays: The encoded arrays of the items that it knows.

    Raises:
        BundleError: the regression does not fit the items or the tower, or cannot be read.
    """
    with bundle.open_arrays(KNOWN) as stored:
        found = [name for name in (ANCHORS, ANCHOR_WEIGHTS, MEANS) if name in stored.names]
        if not found:
            return tower
        fitted, counts = _read(bundle, stored, len(arrays[0]))
    unrated = UnratedItems(fitted, bundle.items, arrays, counts, free_size(bundle.config.model.tower, bundle.dim))
    return lambda given: unrated.complete(tower(given), given)


def _read(bundle: Bundle, stored: ArrayFile, items: int) -> tuple[KernelRegression, np.ndarray]:
    """The regression, and how many interactions each known item has."""
    anchors = stored.header(ANCHORS)
    count = anchors.shape[0] if anchors and anchors.shape else 0
    expected = {
        ANCHORS: Header(np.dtype(np.int64), (count,)),
        ANCHOR_WEIGHTS: Header(np.dtype(np.float32), (count, bundle.dim)),
        MEANS: Header(np.dtype(np.float32), (2, bundle.dim)),
        ITEM_COUNTS: Header(np.dtype(np.int32), (items,)),
    }
    file, arrays = bundle.directory / KNOWN, read_expected(bundle, stored, expected)
    if not all(np.isfinite(arrays[name]).all() for name in (ANCHOR_WEIGHTS, MEANS)):
        raise BundleError(f"{file}: the regression of unrated items has numbers that are not finite. {CURE}")
    if not count or arrays[ANCHORS].min() < 0 or arrays[ANCHORS].max() >= items or (arrays[ITEM_COUNTS] < 0).any():
        raise BundleError(f"{file}: {ANCHORS} or {ITEM_COUNTS} do not fit the {items} items. {CURE}")
    return KernelRegression(arrays[ANCHORS], arrays[ANCHOR_WEIGHTS], arrays[MEANS]), arrays[ITEM_COUNTS]
