"""Lists of items from scores: a list is the rows of items, best first; -1 fills up a list that is too short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_USERS, _CELLS = 256, 2**24
"""Users whose scores are sorted at a time, and users times items: eight bytes each, and as many for the sorting."""

_LOW = 0xFFFFFFFF
_NEVER = np.iinfo(np.int64).min


def top_k(scores: np.ndarray, excluded: csr_matrix, candidates: np.ndarray, k: int) -> np.ndarray:
    """The `k` candidates with the highest scores that are not excluded, int64[n, k]; of equal ones the lower rows.

    `scores` float32[n, items], where NaN means never to be listed; `excluded` bool[n, items]; `candidates`
    bool[items].
    """
    lists = np.full((len(scores), k), -1, dtype=np.int64)
    block = max(1, min(_USERS, _CELLS // max(1, scores.shape[1])))
    for first in range(0, len(scores), block):
        rows = slice(first, first + block)
        keys = _keys(np.asarray(scores[rows], dtype=np.float32))
        keys[:, ~candidates] = _NEVER
        keys[excluded[rows].nonzero()] = _NEVER
        best = _highest(keys, k)
        lists[rows, : best.shape[1]] = np.where(best == _NEVER, -1, _LOW - (best & _LOW))
    return lists


def _keys(scores: np.ndarray) -> np.ndarray:
    """Score and row in one int64, in their order: no two are equal, so a partition is as good as a stable sort."""
    bits = (scores + 0.0).view(np.int32)  # + 0.0 makes -0.0 equal to 0.0
    bits ^= (bits >> 31) & 0x7FFFFFFF  # negative floats sort backwards as bits
    keys = bits.astype(np.int64)
    keys <<= 32
    keys |= _LOW - np.arange(scores.shape[1])
    keys[np.isnan(scores)] = _NEVER
    return keys


def _highest(keys: np.ndarray, k: int) -> np.ndarray:
    """The `k` highest of each row, descending; all of them where a row has fewer."""
    if k < keys.shape[1]:
        keys.partition(keys.shape[1] - k, axis=1)
        keys = keys[:, keys.shape[1] - k :]
    return np.sort(keys, axis=1)[:, ::-1]
