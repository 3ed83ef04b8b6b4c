"""Which items all lists together show. None has a best value: random lists are the most varied."""

from __future__ import annotations

import numpy as np

from towhee_recsys.metrics.metric import CUTOFFS, CandidateItems, ExposureMetric


def _counts(lists: np.ndarray, items: CandidateItems) -> np.ndarray:
    """How often each candidate is listed, int64[candidates]."""
    return np.bincount(lists[lists >= 0], minlength=len(items.mask))[items.mask]


def _coverage(lists: np.ndarray, items: CandidateItems) -> float:
    counts = _counts(lists, items)
    return float((counts > 0).sum() / max(1, len(counts)))


def _novelty(lists: np.ndarray, items: CandidateItems) -> float:
    """Mean self-information: -log2 of the share of users who have the item in training, at least one user.

    Zhou et al. 2010, https://doi.org/10.1073/pnas.1000488107.
    """
    information, listed = -np.log2(np.maximum(items.popularity, 1) / items.n_users), lists[lists >= 0]
    return float(information[listed].mean()) if len(listed) else float("nan")


def _gini(lists: np.ndarray, items: CandidateItems) -> float:
    """Half the mean difference of two candidates' counts, relative to their mean."""
    counts = _counts(lists, items)
    if not counts.sum():
        return float("nan")
    ranks = np.arange(1, len(counts) + 1)
    return float(((2 * ranks - len(counts) - 1) * np.sort(counts)).sum() / (len(counts) * counts.sum()))


COVERAGE = ExposureMetric(
    name="coverage",
    title="Coverage",
    direction="none",
    help="Share of all items that are in at least one list.",
    cutoffs=CUTOFFS[:1],
    summary=True,
    compute=_coverage,
)
NOVELTY = ExposureMetric(
    name="novelty",
    title="Novelty",
    direction="none",
    help="How little known the listed items are, in bits: one bit more is half as known.",
    cutoffs=CUTOFFS[:1],
    compute=_novelty,
)
GINI = ExposureMetric(
    name="gini",
    title="Gini",
    direction="none",
    help="How unequally items are listed: 0 is all equally often, near 1 is a few items in every list.",
    cutoffs=CUTOFFS[:1],
    compute=_gini,
)
