"""How many interactions of each known user a model was trained on: how firm its picture of the user is."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.arrays import Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.manifest import COUNTS, KNOWN
from towhee_recsys.bundle.towers import loaded, unchanged
from towhee_recsys.errors import BundleError


@lru_cache(maxsize=8)
def interaction_counts(bundle: Bundle) -> np.ndarray:
    """The number of interactions of each known user that training has read, int32[users].

    Raises:
        BundleError: they do not fit the users, or cannot be read.
    """
    file = bundle.directory / KNOWN
    expected = Header(np.dtype(np.int32), (len(loaded(bundle, "user").rows),))
    with unchanged(bundle), bundle.open_arrays(KNOWN) as stored:
        if (found := stored.header(COUNTS)) != expected:
            raise BundleError(f"{file}: {COUNTS} is {found or 'missing'}; {expected} is expected. {CURE}")
        counts = stored.read(COUNTS)
    if (counts < 0).any():
        raise BundleError(f"{file}: {COUNTS} has numbers below 0. {CURE}")
    return counts
