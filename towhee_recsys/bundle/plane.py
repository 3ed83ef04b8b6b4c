"""The plane of a map of items, by the vectors of a bundle's items."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.towers import loaded
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.projection import Plane, fit_plane

NUMBERS = 2_560_000
"""The plane is fitted to vectors with at most so many numbers, 10,000 of 256: more would hardly change it."""

FEWEST = 100
"""However long the vectors are, the plane is fitted to so many items."""


@lru_cache(maxsize=8)
def item_plane(bundle: Bundle) -> Plane:
    """The plane along which the items that the model knows differ most; of many items, those of a fixed sample.

    Raises:
        BundleError: the items do not fit the tower, or cannot be read.
    """
    tower, rows, arrays = loaded(bundle, "item")
    chosen, most = np.arange(len(rows)), max(NUMBERS // bundle.dim, FEWEST)
    if len(rows) > most:
        chosen = np.sort(np.random.default_rng(bundle.manifest.seed).choice(len(rows), most, replace=False))
    return fit_plane(np.asarray(normalize(tower([array[chosen] for array in arrays]))))
