"""Factorisations of users' likes, by the library `implicit`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from towhee_recsys.evaluation.baselines.history import likes, training_history, with_fallback
from towhee_recsys.evaluation.baselines.library import library
from towhee_recsys.evaluation.baselines.popular import popular
from towhee_recsys.evaluation.baselines.side_information import SideInformation
from towhee_recsys.evaluation.measure import Score
from towhee_recsys.protocols.task import Question, Task


def ials(
    task: Task, side: SideInformation, *, factors: int = 128, regularization: float = 100, alpha: float = 10
) -> Score:
    """Implicit alternating least squares (Hu, Koren and Volinsky 2008, doi:10.1109/ICDM.2008.22) of the liked items.

    Each user is computed from the liked items of the history; users without any get the most popular items.

    Raises:
        EvaluationError: `implicit` is not installed.
    """
    general = popular(task)
    with _one_blas_thread():
        model = library("implicit").als.AlternatingLeastSquares(
            factors=factors, regularization=regularization, alpha=alpha, random_state=task.seed
        )
        model.fit(likes(training_history(task), task), show_progress=False)

    def score(question: Question) -> np.ndarray:
        liked = likes(question.history, task)
        with _one_blas_thread():
            users = model.recalculate_user(np.arange(len(question.users)), liked)
        return with_fallback(users @ model.item_factors.T, liked, general)

    return score


def bpr(task: Task, side: SideInformation) -> Score:
    """Bayesian personalised ranking (Rendle et al. 2009, arXiv:1205.2618) of the liked items.

    Users whom training has not seen are the mean of the items that they like; users without any get popular items.
    30 epochs did better on validation data of MovieLens 1M than 50 or 100. One thread, because several overwrite each
    other's steps, and results would differ from run to run.

    Raises:
        EvaluationError: `implicit` is not installed.
    """
    general, known = popular(task), likes(training_history(task), task)
    with _one_blas_thread():
        model = library("implicit").bpr.BayesianPersonalizedRanking(
            factors=100, iterations=30, random_state=task.seed, num_threads=1
        )
        model.fit(known, show_progress=False)

    def score(question: Question) -> np.ndarray:
        liked = likes(question.history, task)
        users = model.user_factors[question.users] if question.known else _means(liked, model.item_factors)
        return with_fallback(users @ model.item_factors.T, liked, general)

    return score


def _means(liked: Any, factors: np.ndarray) -> np.ndarray:
    """The mean factors of each user's items; the last is the item's bias, which counts once for every user."""
    counts = np.diff(liked.indptr)[:, None]
    means = (liked @ factors) / np.maximum(counts, 1).astype(np.float32)
    means[:, -1] = 1
    return means


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """`implicit` has threads of its own; those of BLAS within them would make it slower, and it warns of them."""
    with library("threadpoolctl").threadpool_limits(1, user_api="blas"):
        yield
