"""The questions of a task: which users get a list, what may be known of them, and what a good list contains."""

from __future__ import annotations

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.protocols.draws import ranks_within
from towhee_recsys.protocols.task import Question, Task

N_GIVEN = (0, 5, 10)
"""How many liked items of a cold user are given (Given-N), a question each."""

GIVEN_NAMES = tuple(f"{n_given} liked" if n_given else "" for n_given in N_GIVEN)
"""The names of these questions."""


def warm(task: Task, random: np.random.Generator) -> list[Question]:
    """Users of the training part get a list of any items; what they like in the test is relevant."""
    return [_known_users(task, _liked(task), np.ones(task.items, dtype=bool))]


def full_ranking(task: Task, random: np.random.Generator) -> list[Question]:
    """As `warm`, but lists are of items with interactions in any part, and all of the test is relevant."""
    candidates = np.zeros(task.items, dtype=bool)
    for part in (task.train, task.validation, task.test):
        candidates[part.items] = True
    return [_known_users(task, task.test, candidates)]


def cold_items(task: Task, random: np.random.Generator) -> list[Question]:
    """As `warm`, but lists are of the test's items alone."""
    candidates = np.zeros(task.items, dtype=bool)
    candidates[task.test.items] = True
    return [_known_users(task, _liked(task), candidates)]


def cold_users(task: Task, random: np.random.Generator) -> list[Question]:
    """Users of the test get lists by their features alone, and by some items that they like.

    The five items given first are among the ten given next. Users who like no other items are left out.
    """
    liked = _liked(task)
    ranks = ranks_within(liked.users, random.random(len(liked)))
    return [
        _unknown_users(task, liked.take(ranks < n_given), liked.take(ranks >= n_given), name)
        for n_given, name in zip(N_GIVEN, GIVEN_NAMES, strict=True)
    ]


def _known_users(task: Task, relevant: Interactions, candidates: np.ndarray) -> Question:
    users = np.intersect1d(task.train.users, relevant.users).astype(np.int64)
    shape = task.users, task.items
    excluded = task.train.marks(*shape) + task.validation.marks(*shape)
    return Question(
        name="",
        users=users,
        known=True,
        history=task.train.matrix(*shape)[users],
        candidates=candidates,
        excluded=excluded[users],
        relevant=relevant.marks(*shape)[users],
    )


def _unknown_users(task: Task, given: Interactions, relevant: Interactions, name: str) -> Question:
    users, shape = np.unique(relevant.users).astype(np.int64), (task.users, task.items)
    return Question(
        name=name,
        users=users,
        known=False,
        history=given.matrix(*shape)[users],
        candidates=np.ones(task.items, dtype=bool),
        excluded=given.marks(*shape)[users],
        relevant=relevant.marks(*shape)[users],
    )


def _liked(task: Task) -> Interactions:
    return task.test.take(task.test.values >= task.liked)
