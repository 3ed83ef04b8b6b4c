"""All ids of a build."""

from __future__ import annotations

import numpy as np

from towhee_recsys.stores.vectors.protocol import VectorStore


def all_ids(store: VectorStore, build: str) -> np.ndarray:
    """The ids of all rows of a build at this moment, int64[n] or object[n] of str, in any order.

    Raises:
        StoreError: the store fails.
    """
    ids = store.ids(build)
    while len(ids) and len(others := store.ids(build, without=ids)):
        ids = np.concatenate([ids, others])
    return ids
