"""The plane of a map of items, by the vectors of a bundle's items."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.towers import loaded
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.projection import Plane, fit_plane

SAMPLE = 10_000
"""The plane is fitted to this many items at most: more would hardly turn it."""


@lru_cache(maxsize=8)
def item_plane(bundle: Bundle) -> Plane:
    """The plane along which the items that the model knows differ most; of many items, those of a fixed sample.

    Raises:
        BundleError: the items do not fit the tower, or cannot be read.
    """
    tower, rows, arrays = loaded(bundle, "item")
    chosen = np.arange(len(rows))
    if len(rows) > SAMPLE:
        chosen = np.sort(np.random.default_rng(bundle.manifest.seed).choice(len(rows), SAMPLE, replace=False))
    return fit_plane(np.asarray(normalize(tower([array[chosen] for array in arrays]))))
