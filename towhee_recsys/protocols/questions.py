"""The questions of a task: who is asked, what may be known of them, and what a good list has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.protocols.draws import ranks_within
from towhee_recsys.protocols.task import Question, Task

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TOLD = (0, 5, 10)
"""How many liked items cold users tell of themselves."""


def warm(task: Task, random: np.random.Generator) -> list[Question]:
    """Users of the training part are asked for what they like in the test; any item may stand in a list."""
    return [_known(task, _liked(task), np.ones(task.items, dtype=bool))]


def full_ranking(task: Task, random: np.random.Generator) -> list[Question]:
    """As `warm`, but among the items of any part, and all that the test has is relevant."""
    candidates = np.zeros(task.items, dtype=bool)
    for part in (task.train, task.validation, task.test):
        candidates[part.items] = True
    return [_known(task, task.test, candidates)]


def cold_items(task: Task, random: np.random.Generator) -> list[Question]:
    """As `warm`, but among the items of the test alone."""
    candidates = np.zeros(task.items, dtype=bool)
    candidates[task.test.items] = True
    return [_known(task, _liked(task), candidates)]


def cold_users(task: Task, random: np.random.Generator) -> list[Question]:
    """Users of the test are asked for what they like, from demographics alone and from some that they tell.

    Who tells ten items has told the first five of them before. Nobody is asked who likes no other than the told.
    """
    liked = _liked(task)
    ranks = ranks_within(liked.users, random.random(len(liked)))
    return [_unknown(task, liked.take(ranks < told), liked.take(ranks >= told), told) for told in TOLD]


def _known(task: Task, relevant: Interactions, candidates: np.ndarray) -> Question:
    users = np.intersect1d(task.train.users, relevant.users)
    excluded = _marks(task, task.train) + _marks(task, task.validation)
    return Question(
        name="",
        users=users,
        known=True,
        history=task.train.matrix(task.users, task.items)[users],
        candidates=candidates,
        excluded=excluded[users],
        relevant=_marks(task, relevant)[users],
    )


def _unknown(task: Task, told: Interactions, relevant: Interactions, count: int) -> Question:
    users = np.unique(relevant.users)
    return Question(
        name=f"{count} liked" if count else "",
        users=users,
        known=False,
        history=told.matrix(task.users, task.items)[users],
        candidates=np.ones(task.items, dtype=bool),
        excluded=_marks(task, told)[users],
        relevant=_marks(task, relevant)[users],
    )


def _liked(task: Task) -> Interactions:
    return task.test.take(task.test.values >= task.liked)


def _marks(task: Task, ratings: Interactions) -> csr_matrix:
    """Where there is a rating, bool[users, items]: a scale may start at 0, so stars themselves do not tell."""
    from scipy.sparse import csr_matrix

    marks = np.ones(len(ratings), dtype=bool)
    return csr_matrix((marks, (ratings.users, ratings.items)), shape=(task.users, task.items))
