"""How many interactions of each known user a model was trained on: the more, the less new ones move the user."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.arrays import Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.known_arrays import read_known
from towhee_recsys.bundle.manifest import COUNTS, KNOWN
from towhee_recsys.bundle.towers import loaded, unchanged
from towhee_recsys.errors import BundleError


@lru_cache(maxsize=8)
def interaction_counts(bundle: Bundle) -> np.ndarray:
    """The number of interactions of each known user that training has read, int32[users].

    Raises:
        BundleError: they do not fit the users, or cannot be read.
    """
    users = len(loaded(bundle, "user").rows)
    with unchanged(bundle):
        counts = read_known(bundle, COUNTS, Header(np.dtype(np.int32), (users,)))
    if (counts < 0).any():
        raise BundleError(f"{bundle.directory / KNOWN}: {COUNTS} has numbers below 0. {CURE}")
    return counts
