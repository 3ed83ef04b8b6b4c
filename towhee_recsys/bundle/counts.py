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

    A bundle of an earlier version does not have them: then it is the mean for all.

    Raises:
        BundleError: they do not fit the users, or cannot be read.
    """
    users, facts = len(loaded(bundle, "user").rows), bundle.manifest.dataset
    file, expected = bundle.directory / KNOWN, Header(np.dtype(np.int32), (users,))
    with unchanged(bundle), bundle.open_arrays(KNOWN) as stored:
        if COUNTS not in stored.names:
            return np.full(users, round(facts.interactions / max(1, facts.users)), dtype=np.int32)
        if (found := stored.header(COUNTS)) != expected:
            raise BundleError(f"{file}: {COUNTS} is {found}; {expected} is expected. {CURE}")
        counts = stored.read(COUNTS)
    if (counts < 0).any():
        raise BundleError(f"{file}: {COUNTS} has numbers below 0. {CURE}")
    return counts
