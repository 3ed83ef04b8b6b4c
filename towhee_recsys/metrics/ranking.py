"""Lists of items out of scores, and how good the lists are.

A list is a row of places of items, best first; -1 fills up a list that is shorter than the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

CUTOFFS = (10, 20)

_BLOCK = 256
"""Users whose scores are sorted at a time: eight bytes an item for each."""

_LOW = 0xFFFFFFFF
_NEVER = np.iinfo(np.int64).min


def top_k(scores: np.ndarray, excluded: csr_matrix, candidates: np.ndarray, k: int) -> np.ndarray:
    """The `k` candidates with the highest scores that are not excluded, int64[n, k]; of equal ones the lower places.

    `scores` float32[n, items], where NaN means never to be listed; `excluded` bool[n, items]; `candidates`
    bool[items].
    """
    lists = np.full((len(scores), k), -1, dtype=np.int64)
    for first in range(0, len(scores), _BLOCK):
        rows = slice(first, first + _BLOCK)
        keys = _keys(np.asarray(scores[rows], dtype=np.float32))
        keys[:, ~candidates] = _NEVER
        keys[excluded[rows].nonzero()] = _NEVER
        best = _highest(keys, k)
        lists[rows, : best.shape[1]] = np.where(best == _NEVER, -1, _LOW - (best & _LOW))
    return lists


def per_user(lists: np.ndarray, relevant: csr_matrix, cutoffs: Sequence[int] = CUTOFFS) -> dict[str, np.ndarray]:
    """Recall, NDCG, precision, MRR and hit for each list and cutoff, float64[n] from 0 to 1 by names as `ndcg@10`.

    `lists` int64[n, at least the largest cutoff], `relevant` bool[n, items]. NDCG has gain 1 for a relevant item,
    discount log2(rank + 1), and the ideal is a list of min(k, relevant) relevant ones (Järvelin and Kekäläinen 2002,
    https://doi.org/10.1145/582415.582418). MRR is 1 / rank of the first relevant item, 0 if it comes after the
    cutoff. Precision is of k, however short the list. Users without relevant items have NaN.
    """
    hits = _found(lists, relevant)
    totals = np.bincount(relevant.nonzero()[0], minlength=len(lists))
    ranks = np.arange(1, lists.shape[1] + 1)
    gains = 1 / np.log2(ranks + 1)
    metrics = {}
    for k in cutoffs:
        found = hits[:, :k].sum(axis=1)
        ideals = np.cumsum(gains[:k])[np.clip(totals, 1, k) - 1]
        metrics[f"recall@{k}"] = found / np.maximum(totals, 1)
        metrics[f"ndcg@{k}"] = hits[:, :k] @ gains[:k] / ideals
        metrics[f"precision@{k}"] = found / k
        metrics[f"mrr@{k}"] = (hits / ranks)[:, :k].max(axis=1)
        metrics[f"hit@{k}"] = (found > 0).astype(np.float64)
    return {name: np.where(totals > 0, values, np.nan) for name, values in metrics.items()}


def exposure(
    lists: np.ndarray, candidates: np.ndarray, popularity: np.ndarray, users: int, cutoffs: Sequence[int] = CUTOFFS
) -> dict[str, float]:
    """Coverage, novelty and Gini coefficient of the lists at each cutoff, by names as `coverage@10`.

    Coverage is the share of the `candidates` (bool[items]) that any list has. Novelty is the mean self-information
    of what is listed, -log2 of the share of the `users` who rated it in training (Zhou et al. 2010,
    https://doi.org/10.1073/pnas.1000488107); `popularity` float[items] counts them, and nobody counts as one. Gini
    is 0 where all candidates are listed equally often and near 1 where few take it all. Empty lists have a coverage
    of 0 and the others NaN.
    """
    information = -np.log2(np.maximum(popularity, 1) / users)
    metrics = {}
    for k in cutoffs:
        listed = lists[:, :k][lists[:, :k] >= 0]
        counts = np.bincount(listed, minlength=len(candidates))[candidates]
        metrics[f"coverage@{k}"] = float((counts > 0).sum() / max(1, len(counts)))
        metrics[f"novelty@{k}"] = float(information[listed].mean()) if len(listed) else float("nan")
        metrics[f"gini@{k}"] = _gini(counts)
    return metrics


def _keys(scores: np.ndarray) -> np.ndarray:
    """Score and place in one int64, in their order: no two are equal, so a partition is as good as a stable sort."""
    bits = (scores + 0.0).view(np.int32)  # + 0.0 makes -0.0 equal to 0.0
    bits ^= (bits >> 31) & 0x7FFFFFFF  # negative floats sort backwards as bits
    keys = bits.astype(np.int64)
    keys <<= 32
    keys |= _LOW - np.arange(scores.shape[1])
    keys[np.isnan(scores)] = _NEVER
    return keys


def _highest(keys: np.ndarray, k: int) -> np.ndarray:
    """The `k` highest of each row, descending; all of them where a row has less."""
    if k < keys.shape[1]:
        keys.partition(keys.shape[1] - k, axis=1)
        keys = keys[:, keys.shape[1] - k :]
    return np.sort(keys, axis=1)[:, ::-1]


def _found(lists: np.ndarray, relevant: csr_matrix) -> np.ndarray:
    """Which entries of the lists are relevant, bool[n, list]."""
    users, items = relevant.nonzero()
    width = relevant.shape[1]
    pairs = np.arange(len(lists))[:, None] * width + lists
    return np.isin(pairs, users.astype(np.int64) * width + items) & (lists >= 0)


def _gini(counts: np.ndarray) -> float:
    """Half the mean difference of two counts, relative to their mean."""
    if not counts.sum():
        return float("nan")
    ranks = np.arange(1, len(counts) + 1)
    return float(((2 * ranks - len(counts) - 1) * np.sort(counts)).sum() / (len(counts) * counts.sum()))
