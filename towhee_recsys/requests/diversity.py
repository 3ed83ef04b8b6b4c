"""Diversity: maximal marginal relevance (Carbonell & Goldstein 1998, doi:10.1145/290941.291025) on unit vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.stores.vectors import MAX_TOP_K

FEWEST, FACTOR = 100, 10
"""A list is chosen from as many candidates at least, and from so many for each of its items."""


def candidate_count(length: int) -> int:
    """From how many of the nearest items a diverse list of `length` is chosen."""
    return min(max(FEWEST, FACTOR * length), MAX_TOP_K)


def diverse(scores: Sequence[float] | np.ndarray, vectors: np.ndarray, diversity: float, length: int) -> list[int]:
    """The rows of a list of `length` items, in its order, each the best next one of maximal marginal relevance.

    The next item is the one of highest `(1 - diversity) * score - diversity * similarity`, where similarity is the
    highest cosine with an item that is already in the list; of equal ones it is the first. The item at position p is
    one of the first `candidate_count(p)`, so that a shorter list is the beginning of a longer one: pages fit together.

    Args:
        scores: Of the candidates, n, the highest first: cosines, or other numbers of about their size.
        vectors: Their unit vectors, float32[n, dim].
        diversity: From 0, for the candidates as they are, to 1, for items as different as possible.
        length: The items in the list; it has fewer where there are fewer candidates.
    """
    length = min(length, len(vectors))
    if not diversity or length < 2:
        return list(range(length))
    relevance = (1 - diversity) * np.asarray(scores, dtype=np.float64)
    similarity = np.full(len(vectors), -np.inf)
    chosen = [0]
    while len(chosen) < length:
        # row by row, unlike a matrix product: an item's cosines do not depend on how many candidates there are
        cosines = np.einsum("ij,j->i", vectors, vectors[chosen[-1]])
        np.maximum(similarity, cosines, out=similarity)
        values = relevance - diversity * similarity
        values[chosen] = -np.inf
        chosen.append(int(values[: candidate_count(len(chosen) + 1)].argmax()))
    return chosen
