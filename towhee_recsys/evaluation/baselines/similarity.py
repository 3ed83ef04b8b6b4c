"""Linear models of a user's history: scores are history x a matrix of items x items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines.history import likes, scaled, training_history, with_fallback
from towhee_recsys.evaluation.baselines.popular import popular
from towhee_recsys.evaluation.baselines.side_information import SideInformation
from towhee_recsys.evaluation.measure import Score
from towhee_recsys.protocols.task import Question, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEIGHBOURS, SHRINKAGE, BLOCK = 200, 50.0, 1000
EASE_DECAY, EASE_LARGEST = 800.0, 20_000
PROFILE_DECAY = 100.0
"""All chosen on MovieLens 1M, on validation data or on draws of other seeds than the tests'."""


def item_knn(task: Task, side: SideInformation, *, neighbours: int = NEIGHBOURS, shrinkage: float = SHRINKAGE) -> Score:
    """Sums of cosines with the items of the history, weighted by their values; users without history get popular items.

    For each item its nearest `neighbours` count; `shrinkage` pulls cosines of items with few interactions towards 0.
    Sarwar et al. 2001 (doi:10.1145/371920.372071), Deshpande and Karypis 2004 (doi:10.1145/963770.963776).
    """
    from scipy.sparse import hstack

    ratings, general = scaled(training_history(task), task), popular(task)
    starts = range(0, task.items, BLOCK)
    blocks = [_nearest(ratings, slice(start, start + BLOCK), neighbours, shrinkage) for start in starts]
    cosines = hstack(blocks, format="csr")

    def score(question: Question) -> np.ndarray:
        return with_fallback((scaled(question.history, task) @ cosines).toarray(), question.history, general)

    return score


def ease(task: Task, side: SideInformation) -> Score:
    """EASE (Steck 2019, arXiv:1905.03375): the best linear model without an item's own weight, in closed form.

    Users without history get the most popular items. Memory: about four dense float32 matrices of items x items.

    Raises:
        EvaluationError: there are more than 20,000 items.
    """
    if task.items > EASE_LARGEST:
        raise EvaluationError(
            f"ease inverts a matrix of items x items: it takes {EASE_LARGEST:,} items at most, and the dataset has "
            f"{task.items:,}; leave it out."
        )
    from scipy.linalg import cho_factor, cho_solve

    ratings, general = scaled(training_history(task), task), popular(task)
    gram = (ratings.T @ ratings).toarray()
    gram[np.diag_indices(task.items)] += EASE_DECAY
    weights = cho_solve(cho_factor(gram), np.eye(task.items, dtype=np.float32))  # the inverse, in half of inv's time
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0)

    def score(question: Question) -> np.ndarray:
        return with_fallback(scaled(question.history, task) @ weights, question.history, general)

    return score


def content_profile(task: Task, side: SideInformation) -> Score:
    """How much a user likes each member of the items' categories: ridge regression of likes on contents.

    It has scores for items without any interactions. It is fitted on the items of the training part; a user who likes
    none of them gets the mean profile.

    Raises:
        EvaluationError: no feature gives contents of items.
    """
    if side.contents is None:
        raise EvaluationError(
            "content_profile needs contents of items, and the config declares none that has members: declare a feature "
            "of the kind categories under features.item, or leave this baseline out."
        )
    contents = np.column_stack([side.contents, np.ones(task.items)]).astype(np.float32)
    examples = contents * (np.bincount(task.train.items, minlength=task.items) > 0)[:, None].astype(np.float32)
    decay = PROFILE_DECAY * np.eye(contents.shape[1])
    solved = np.linalg.solve(examples.T @ examples + decay, contents.T).astype(np.float32)  # [members + 1, items]
    general = popular(task) @ examples @ solved

    def score(question: Question) -> np.ndarray:
        liked = likes(question.history, task)
        return with_fallback(liked @ examples @ solved, liked, general)

    return score


def _nearest(ratings: csr_matrix, block: slice, neighbours: int, shrinkage: float) -> csr_matrix:
    """The cosines of all items with those of a `block`, [items, block]: for each of these with its nearest."""
    from scipy.sparse import csr_matrix

    norms = np.sqrt(np.asarray(ratings.multiply(ratings).sum(axis=0)).ravel())
    cosines = (ratings.T @ ratings[:, block]).toarray() / (np.outer(norms, norms[block]) + shrinkage)
    own = np.arange(len(norms))[block]
    cosines[own, own - block.start] = 0
    if len(cosines) > neighbours:
        farther = np.argpartition(-cosines, neighbours, axis=0)[neighbours:]
        np.put_along_axis(cosines, farther, 0, axis=0)
    return csr_matrix(cosines, dtype=np.float32)
