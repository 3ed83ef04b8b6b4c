"""One recommender on one task: its lists, its predicted stars, and how good they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.metrics import CUTOFFS, exposure, per_user, top_k
from towhee_recsys.protocols import Question, Task

PART = 1000
"""Users who are scored at a time, so that memory does not grow with their number."""

LENGTH = max(CUTOFFS)
"""Items in each list."""

Score = Callable[[Question], np.ndarray]
Predict = Callable[[Interactions], "np.ndarray | None"]


@dataclass(frozen=True, eq=False)
class MetricValues:
    """What one recommender gave for one task. Names are as `rmse`, `ndcg@10` or `ndcg@10 (5 liked)`.

    - `metrics`: the figures by name; one that cannot be computed is not there
    - `by_user`: of most figures the values of which it is the mean, float64[users]: a place for each line of the
      dataset's users, NaN for those who are not asked. Of `rmse` and `mae` they are what `error_by_user` says
    - `lists`: places of items, best first, int64[n, 20] for each question by its name; empty for a rater
    - `stars`: the stars predicted for each rating of the task's test, float64[ratings]; None for a ranker
    """

    metrics: dict[str, float]
    by_user: dict[str, np.ndarray]
    lists: dict[str, np.ndarray]
    stars: np.ndarray | None


def measure(task: Task, score: Score | None = None, predict: Predict | None = None) -> MetricValues:
    """Asks all of `task`: its questions where `score` answers them, the stars of its test where `predict` does."""
    stars = predict(task.test) if predict else None
    lists = {each.name: listed(score, each, task.seed) for each in task.questions} if score else {}
    by_user = {} if stars is None else _error_values(stars, task)
    figures: dict[str, float] = {}
    for question in task.questions if score else ():
        suffix = f" ({question.name})" if question.name else ""
        for name, values in per_user(lists[question.name], question.relevant).items():
            by_user[name + suffix] = _spread(values, question.users, task.users)
        for name, value in _exposure(lists[question.name], question, task).items():
            figures[name + suffix] = value
    means = {name: float(np.nanmean(values)) for name, values in by_user.items() if not np.isnan(values).all()}
    return MetricValues(
        means | {name: each for name, each in figures.items() if np.isfinite(each)}, by_user, lists, stars
    )


def listed(score: Score, question: Question, seed: int) -> np.ndarray:
    """The best items for each user of `question`, int64[n, 20], as `top_k` gives them.

    The order of items with equal scores is drawn by `seed`, for each user. Their places would not be fair: ids tell
    an item's age, by which one that nobody has rated can be guessed.
    """
    random, items = np.random.default_rng(seed), len(question.candidates)
    circle, starts = random.permutation(items), random.integers(items, size=(len(question.users), 1))
    lists = np.full((len(question.users), LENGTH), -1, dtype=np.int64)
    for first in range(0, len(question.users), PART):
        rows = slice(first, first + PART)
        orders = circle[(starts[rows] + np.arange(items)) % items]
        lists[rows] = _best(_allowed(score, question.part(rows)), orders)
    return lists


def _allowed(score: Score, part: Question) -> np.ndarray:
    """The scores, float32[n, items], with NaN for items that must not be listed."""
    scores = np.array(score(part), dtype=np.float32)
    scores[:, ~part.candidates] = np.nan
    scores[part.excluded.nonzero()] = np.nan
    return scores


def _best(scores: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """`top_k` of each line, its items taken in the line's order, int64[n, items]."""
    from scipy.sparse import csr_matrix

    nothing, everything = csr_matrix(scores.shape, dtype=bool), np.ones(scores.shape[1], dtype=bool)
    found = top_k(np.take_along_axis(scores, orders, axis=1), nothing, everything, LENGTH)
    return np.where(found < 0, -1, np.take_along_axis(orders, np.maximum(found, 0), axis=1))


def error_by_user(errors: np.ndarray, users: np.ndarray, count: int) -> np.ndarray:
    """Values for users whose mean is the mean of all `errors`, float64[count]; NaN for users without any.

    Users have more and fewer ratings, so the mean is a ratio of two sums; these are its linearised values, by which
    the interval over users is that of the ratio (Cochran 1977, Sampling Techniques, section 6.3).
    """
    sums, counts = np.bincount(users, errors, count), np.bincount(users, minlength=count)
    mean, asked = errors.mean(), counts > 0
    return np.where(asked, mean + (sums - mean * counts) / counts[asked].mean(), np.nan)


def _error_values(stars: np.ndarray, task: Task) -> dict[str, np.ndarray]:
    errors = np.asarray(stars, dtype=np.float64) - task.test.values
    squares = error_by_user(errors**2, task.test.users, task.users)
    root = np.sqrt(np.mean(errors**2))
    return {
        "rmse": root + (squares - root**2) / max(2 * root, 1e-12),  # the root's tangent there
        "mae": error_by_user(np.abs(errors), task.test.users, task.users),
    }


def _exposure(lists: np.ndarray, question: Question, task: Task) -> dict[str, float]:
    if not len(lists):
        return {}
    popularity = np.bincount(task.train.items, minlength=task.items)
    return exposure(lists, question.candidates, popularity, len(np.unique(task.train.users)), CUTOFFS[:1])


def _spread(values: np.ndarray, users: np.ndarray, count: int) -> np.ndarray:
    spread = np.full(count, np.nan)
    spread[users] = values
    return spread
