"""One recommender on one task: its lists, its predicted ratings, and how good they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.metrics import (
    CUTOFFS,
    CandidateItems,
    exposure,
    interval_values,
    per_user,
    rating_errors,
    top_k,
    value_name,
)
from towhee_recsys.protocols import Question, Task
from towhee_recsys.requests.diversity import candidate_count

BATCH = 1000
"""The number of users that are scored at a time, so that memory does not grow with the number of users."""

LENGTH = max(CUTOFFS)
"""Items in each list."""

Score = Callable[[Question], np.ndarray]
"""The scores of a question's users and all items, float32[n, items]: higher is better."""

Rerank = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Lists from candidates: rows of items, int64[n, any], best first, where -1 is no item, and their scores of the same
shape, to int64[n, 20]."""

Predict = Callable[[Interactions], np.ndarray]
"""The predicted rating of each interaction's user and item, float64[n]."""


@dataclass(frozen=True, eq=False)
class MetricValues:
    """The metrics of one recommender on one task. Names are such as `rmse`, `ndcg@10` or `ndcg@10 (5 liked)`.

    Attributes:
        metrics: The value of each metric; one that cannot be computed is missing.
        by_user: Of the metrics that are means over users the values, float64[users], one for each row of the dataset's
            users, NaN for users who are not measured. For `rmse` and `mae` they are those of `mean_by_user`.
        lists: Rows of items, best first, int64[n, 20] for each question by its name; empty without scores.
        predictions: The predicted rating of each interaction of the task's test, float64[n]; None without predictions.
        stds: The standard deviation of each one's error that the recommender expects, float64[n]; None where it does
            not know it.
    """

    metrics: dict[str, float]
    by_user: dict[str, np.ndarray]
    lists: dict[str, np.ndarray]
    predictions: np.ndarray | None
    stds: np.ndarray | None = None


def measure(
    task: Task,
    score: Score | None = None,
    predict: Predict | None = None,
    rerank: Rerank | None = None,
    deviate: Predict | None = None,
) -> MetricValues:
    """Measures the lists of all questions if there is `score`, and the ratings of the test if there is `predict`.

    With `deviate`, which gives the standard deviations of the predictions' errors, it is also measured how true these
    are. With `rerank`, lists are what it makes of the candidates with the highest scores, as many as a request's.
    """
    predictions = predict(task.test) if predict else None
    lists = {each.name: rank_items(score, each, task.seed, rerank) for each in task.questions} if score else {}
    stds = deviate(task.test) if deviate else None
    by_user = _of_predictions(predictions, stds, task)
    totals: dict[str, float] = {}
    for question in task.questions if score else ():
        by_user |= _of_lists(lists[question.name], question, task)
        totals |= _of_all_lists(lists[question.name], question, task)
    means = {name: float(np.nanmean(values)) for name, values in by_user.items() if not np.isnan(values).all()}
    return MetricValues(means | totals, by_user, lists, predictions, stds)


def rank_items(score: Score, question: Question, seed: int, rerank: Rerank | None = None) -> np.ndarray:
    """The best items for each user of `question`, int64[n, 20], as `top_k` gives them, or as `rerank` lists these.

    The order of items with equal scores is drawn by `seed`, for each user. Their rows would not be fair: ids reveal
    an item's age, by which one without any interactions can be guessed.
    """
    random, items = np.random.default_rng(seed), len(question.candidates)
    circle, starts = random.permutation(items), random.integers(items, size=(len(question.users), 1))
    lists = np.full((len(question.users), LENGTH), -1, dtype=np.int64)
    for first in range(0, len(question.users), BATCH):
        rows = slice(first, first + BATCH)
        orders = circle[(starts[rows] + np.arange(items)) % items]
        scores = _allowed(score, question.part(rows))
        if rerank is None:
            lists[rows] = _best(scores, orders, LENGTH)
        else:
            found = _best(scores, orders, candidate_count(LENGTH))
            lists[rows] = rerank(found, np.take_along_axis(scores, np.maximum(found, 0), axis=1))
    return lists


def _allowed(score: Score, part: Question) -> np.ndarray:
    """The scores, float32[n, items], with NaN for items that must not be listed."""
    scores = np.array(score(part), dtype=np.float32)
    scores[:, ~part.candidates] = np.nan
    scores[part.excluded.nonzero()] = np.nan
    return scores


def _best(scores: np.ndarray, orders: np.ndarray, length: int) -> np.ndarray:
    """`top_k` of each row of scores, with its items taken in the row's order, int64[n, items]."""
    from scipy.sparse import csr_matrix

    nothing, everything = csr_matrix(scores.shape, dtype=bool), np.ones(scores.shape[1], dtype=bool)
    found = top_k(np.take_along_axis(scores, orders, axis=1), nothing, everything, length)
    return np.where(found < 0, -1, np.take_along_axis(orders, np.maximum(found, 0), axis=1))


def _of_predictions(predictions: np.ndarray | None, stds: np.ndarray | None, task: Task) -> dict[str, np.ndarray]:
    if predictions is None:
        return {}
    test = task.test
    found = rating_errors(predictions, test.values, test.users, task.users)
    return found if stds is None else found | interval_values(predictions, test.values, stds, test.users, task.users)


def _of_lists(lists: np.ndarray, question: Question, task: Task) -> dict[str, np.ndarray]:
    found = {}
    for name, values in per_user(lists, question.relevant).items():
        of_all = found[value_name(name, question.name)] = np.full(task.users, np.nan)
        of_all[question.users] = values
    return found


def _of_all_lists(lists: np.ndarray, question: Question, task: Task) -> dict[str, float]:
    if not len(lists):
        return {}
    popularity = np.bincount(task.train.items, minlength=task.items)
    users = len(np.unique(task.train.users))
    items = CandidateItems(question.candidates, popularity, users, task.item_vectors)
    found = exposure(lists, items)
    return {value_name(name, question.name): value for name, value in found.items() if np.isfinite(value)}
