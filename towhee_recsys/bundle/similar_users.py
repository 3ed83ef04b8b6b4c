"""The training users that new ones are compared with when they are folded in."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from towhee_recsys.bundle.arrays import Header
from towhee_recsys.bundle.bundle import Bundle
from towhee_recsys.bundle.contents import CURE
from towhee_recsys.bundle.known_arrays import read_expected
from towhee_recsys.bundle.manifest import COMPARED, KNOWN, LOG_SUMS
from towhee_recsys.bundle.towers import loaded, unchanged
from towhee_recsys.errors import BundleError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.similar_users import TrainedUsers


@lru_cache(maxsize=4)
def trained_users(bundle: Bundle) -> TrainedUsers | None:
    """The users of the training that new ones are compared with; None where the bundle has none.

    Raises:
        BundleError: their arrays do not fit the known users, or cannot be read.
    """
    tower, rows, arrays = loaded(bundle, "user")
    with unchanged(bundle):
        compared, log_sums = _arrays(bundle, len(rows))
    if not len(compared):
        return None
    own = [array[compared] for array in arrays]
    nothing = zip(bundle.users.features, own, bundle.users.encode([{}]), strict=True)
    described = [np.repeat(none, len(array), axis=0) if feature.is_id else array for feature, array, none in nothing]
    return TrainedUsers.of(tower(own), tower(described), log_sums, attributes(bundle.users, own))


def attributes(encoder: FeatureEncoder, arrays: list[np.ndarray]) -> list[np.ndarray]:
    """Of users' arrays, one for each feature, those of features that put users into groups."""
    return [array for array, feature in zip(arrays, encoder.features, strict=True) if feature.grouping != "none"]


def _arrays(bundle: Bundle, users: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the users, int64[k], and their `log_sums` float32[k]."""
    file = bundle.directory / KNOWN
    with bundle.open_arrays(KNOWN) as stored:
        found = stored.header(COMPARED)
        if found is None or (found.dtype, len(found.shape)) != (np.int64, 1):
            raise BundleError(f"{file}: {COMPARED} is {found or 'missing'}; int64[k] is expected. {CURE}")
        expected = {COMPARED: found, LOG_SUMS: Header(np.dtype(np.float32), found.shape)}
        compared, log_sums = read_expected(bundle, stored, expected).values()
    if len(compared) and not 0 <= compared.min() <= compared.max() < users:
        raise BundleError(f"{file}: {COMPARED} has rows that are not of the {users:,} known users. {CURE}")
    if not np.isfinite(log_sums).all():
        raise BundleError(f"{file}: {LOG_SUMS} has numbers that are not finite. {CURE}")
    return compared, log_sums
