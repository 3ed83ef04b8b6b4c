"""How good a list is for its user: metrics of the relevant items in it and of their ranks."""

from __future__ import annotations

import numpy as np

from towhee_recsys.metrics.metric import CUTOFFS, ListMetric


def _ndcg(hits: np.ndarray, n_relevant: np.ndarray, k: int) -> np.ndarray:
    """Gain 1 for a relevant item, discount log2(rank + 1); the ideal list has min(k, n_relevant) relevant items.

    Järvelin and Kekäläinen 2002, https://doi.org/10.1145/582415.582418.
    """
    gains = 1 / np.log2(np.arange(1, hits.shape[1] + 1) + 1)
    ideals = np.cumsum(gains[:k])[np.clip(n_relevant, 1, k) - 1]
    return hits[:, :k] @ gains[:k] / ideals


def _recall(hits: np.ndarray, n_relevant: np.ndarray, k: int) -> np.ndarray:
    return hits[:, :k].sum(axis=1) / n_relevant


def _precision(hits: np.ndarray, n_relevant: np.ndarray, k: int) -> np.ndarray:
    """Of `k`, however short the list."""
    return hits[:, :k].sum(axis=1) / k


def _mrr(hits: np.ndarray, n_relevant: np.ndarray, k: int) -> np.ndarray:
    return (hits / np.arange(1, hits.shape[1] + 1))[:, :k].max(axis=1)


def _hit(hits: np.ndarray, n_relevant: np.ndarray, k: int) -> np.ndarray:
    return np.asarray(hits[:, :k].any(axis=1), dtype=np.float64)


NDCG = ListMetric(
    name="ndcg",
    title="NDCG",
    direction="higher",
    help="As recall, but items further up count more; 1 is a perfect list.",
    cutoffs=CUTOFFS,
    summary=True,
    tested=True,
    compute=_ndcg,
)
RECALL = ListMetric(
    name="recall",
    title="Recall",
    direction="higher",
    help="Share of the items that a user likes that are in the list.",
    cutoffs=CUTOFFS,
    summary=True,
    compute=_recall,
)
PRECISION = ListMetric(
    name="precision",
    title="Precision",
    direction="higher",
    help="Share of the list that the user likes.",
    cutoffs=CUTOFFS,
    compute=_precision,
)
MRR = ListMetric(
    name="mrr",
    title="MRR",
    direction="higher",
    help="1 / rank of the first item that the user likes, 0 where the list has none.",
    cutoffs=CUTOFFS,
    compute=_mrr,
)
HIT = ListMetric(
    name="hit",
    title="Hit",
    direction="higher",
    help="Share of users whose list has at least one item that they like.",
    cutoffs=CUTOFFS,
    compute=_hit,
)
