"""Which items lists show, and how different they are. None has a best value: random lists are the most varied."""

from __future__ import annotations

import numpy as np

from towhee_recsys.metrics.metric import CUTOFFS, CandidateItems, ExposureMetric

_BLOCK = 1000
"""Lists whose items' vectors are in memory at a time."""


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


def _diversity(lists: np.ndarray, items: CandidateItems) -> float:
    """One minus the mean cosine of two items of a list, over the lists with two items or more.

    Intra-list distance: Smyth & McClave 2001, doi:10.1007/3-540-44593-5_25; Ziegler et al. 2005,
    doi:10.1145/1060745.1060754. The sum of a list's vectors has the sum of all its cosines as its squared length.
    """
    found = [_mean_cosines(lists[first : first + _BLOCK], items.vectors) for first in range(0, len(lists), _BLOCK)]
    cosines = np.concatenate([*found, np.zeros(0)])
    return float(1 - cosines.mean()) if len(cosines) else float("nan")


def _mean_cosines(lists: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """The mean cosine of two different items, of each list with two items or more: float64[at most n]."""
    counts = (lists >= 0).sum(axis=1)
    chosen = np.where(lists[..., None] >= 0, vectors[lists], np.float32(0))
    sums, squares = chosen.sum(axis=1, dtype=np.float64), np.einsum("ijk,ijk->i", chosen, chosen, dtype=np.float64)
    several = counts > 1
    pairs = (np.einsum("ij,ij->i", sums, sums) - squares)[several]
    return np.asarray(pairs / (counts * (counts - 1))[several])


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
DIVERSITY = ExposureMetric(
    name="diversity",
    title="Diversity",
    direction="none",
    help="How different two items of a list are: 1 minus the cosine of the users who have them in training.",
    cutoffs=CUTOFFS[:1],
    compute=_diversity,
)
