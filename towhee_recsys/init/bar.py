"""What plain baselines reach on a held-out part: the bar that a model has to clear."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines import BASELINES, SideInformation
from towhee_recsys.evaluation.measure import measure
from towhee_recsys.protocols import Task
from towhee_recsys.protocols.protocols import make_task

MOST_INTERACTIONS, MOST_PAIRS, MOST_ITEMS, MOST_USERS = 1_200_000, 5 * 10**8, 10_000, 2_000
"""What is measured on at most, so that it takes seconds: users are drawn, and the most frequent items kept.

Item-KNN takes as long as there are pairs of items with a user in common; lists are made for `MOST_USERS`.
"""

MOST_OF_USER = 5_000
"""A user with more interactions is left out where there are too many."""

SHOWN = {"popularity": "ndcg@10", "item_knn": "ndcg@10", "biases": "rmse"}
"""The baselines, and the metric that each is measured by."""


@dataclass(frozen=True)
class Bar:
    """The figures of baselines.

    Attributes:
        metrics: The value of the metric of each baseline, by both names.
        sample: What was measured on, where it was not all; empty where it was.
        problem: Why nothing could be measured; empty where it could.
    """

    metrics: dict[str, dict[str, float]]
    sample: str = ""
    problem: str = ""


def measure_bar(dataset: Dataset, protocol: str, seed: int) -> Bar:
    """The figures of popularity and item-KNN, and of biases where there are ratings, by `protocol`."""
    smaller, sample = _sampled(dataset, seed)
    try:
        task = make_task(protocol, smaller, seed=seed, validation=0.0)
    except EvaluationError as error:
        return Bar({}, sample, str(error))
    task = _with_fewer_users(task, seed)
    metrics: dict[str, dict[str, float]] = {}
    for name, metric in SHOWN.items():
        if not BASELINES[name].fits(dataset.schema.feedback):
            continue
        found = _metrics(name, task)
        if metric in found:
            metrics[name] = {metric: found[metric]}
    return Bar(metrics, sample, "" if metrics else "no user of the held-out part is known and likes anything there")


def _metrics(name: str, task: Task) -> dict[str, float]:
    baseline, nothing = BASELINES[name], SideInformation(None, None)
    score = baseline.ranker(task, nothing) if baseline.ranker else None
    predict = baseline.rater(task, nothing) if baseline.rater else None
    return measure(task, score, predict).metrics


def _sampled(dataset: Dataset, seed: int) -> tuple[Dataset, str]:
    """The dataset with fewer users and items where it is large, and what was left."""
    given = dataset.interactions
    each = np.bincount(given.users, minlength=len(dataset.users)).astype(float)
    pairs = (each**2).sum()
    if len(given) <= MOST_INTERACTIONS and pairs <= MOST_PAIRS and len(dataset.items) <= MOST_ITEMS:
        return dataset, ""
    each[each > MOST_OF_USER] = 0
    share = min(1.0, MOST_INTERACTIONS / max(1, each.sum()), MOST_PAIRS / max(1, (each**2).sum()))
    drawn = (np.random.default_rng(seed).random(len(each)) < share) & (each > 0)
    kept = given.take(drawn[given.users])
    counts = np.bincount(kept.items, minlength=len(dataset.items))
    frequent = np.sort(np.argsort(-counts, kind="stable")[:MOST_ITEMS])
    kept = kept.take(np.isin(kept.items, frequent))
    users, items = np.unique(kept.users), np.unique(kept.items)
    sample = f"a sample of {len(kept):,} interactions: {len(users):,} users, the {len(items):,} most frequent items"
    return _with_rows(dataset, kept, users, items), sample


def _with_rows(dataset: Dataset, kept: Interactions, users: np.ndarray, items: np.ndarray) -> Dataset:
    """The dataset with these rows of users and items alone."""
    numbered = replace(
        kept,
        users=np.searchsorted(users, kept.users).astype(kept.users.dtype),
        items=np.searchsorted(items, kept.items).astype(kept.items.dtype),
    )
    return replace(
        dataset,
        users=dataset.users.iloc[users].reset_index(drop=True),
        items=dataset.items.iloc[items].reset_index(drop=True),
        interactions=numbered,
    )


def _with_fewer_users(task: Task, seed: int) -> Task:
    """The task with lists for some of its users."""
    question = task.questions[0]
    count = len(question.users)
    first = int(np.random.default_rng(seed).integers(max(1, count - MOST_USERS)))
    return replace(task, questions=[question.part(slice(first, first + MOST_USERS))])
