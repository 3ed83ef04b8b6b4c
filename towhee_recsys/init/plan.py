"""The objective, the protocol and the settings of training that suit a dataset, with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.data import Dataset
from towhee_recsys.init.notes import Notes

DISTINCT_TIMES = 10
"""Times that are real take so many values at least, or half as many as there are interactions."""

LARGE = 300_000
"""Interactions from which on the settings are those of MovieLens 1M."""

PATIENCE = 8
"""Epochs without a better NDCG, of fewer interactions without ratings.

Of ratings the last epoch is kept. With patience the best one by RMSE would be, and on the small validation part of few
ratings that is one of the first by chance, long before the lists are good.
"""


@dataclass(frozen=True)
class Plan:
    """What is trained, and how it is measured.

    Attributes:
        objective: A name of an objective.
        protocol: A name of a protocol.
        model: Settings of `model`.
        training: Settings of `training`.
    """

    objective: str
    protocol: str
    model: dict[str, Any]
    training: dict[str, Any]


def make_plan(dataset: Dataset, notes: Notes) -> Plan:
    """The plan for the interactions of `dataset`."""
    users, is_rated = dataset.interactions.users, dataset.schema.feedback.scale is not None
    protocol = _protocol(dataset, is_rated, notes)
    size, active = len(users), len(np.unique(users))
    notes.why["objective",] = (
        "two vectors for each user, to find items and to predict ratings; one for each item"
        if is_rated
        else "there are no ratings: items are found, no ratings predicted"
    )
    return Plan("both" if is_rated else "ranking", protocol, *_training(size, active, is_rated, notes))


def are_real(times: np.ndarray) -> bool:
    """Whether times distinguish interactions, so that these can be split by time."""
    return len(np.unique(times)) >= max(2, min(DISTINCT_TIMES, len(times) // 2))


def _protocol(dataset: Dataset, is_rated: bool, notes: Notes) -> str:
    users, times = dataset.interactions.users, dataset.interactions.times
    if dataset.interactions.parts is not None:
        notes.why["protocol",] = f"the data come split: what is in {dataset.schema.interactions.test} is held out"
        return "pre-split"
    if is_rated:
        notes.why["protocol",] = "a random tenth of the ratings is held out, to predict them and to find liked items"
        return "rating-90-10"
    if not are_real(times):
        notes.why["protocol",] = (
            "a random fifth of each user's interactions is held out: there are no times to split by"
        )
        return "ranking-80-20"
    if np.median(np.unique(users, return_counts=True)[1]) >= 3:
        notes.why["protocol",] = "each user's last interaction is held out: most users have three or more"
        return "leave-last-out"
    notes.why["protocol",] = "the last fifth of all is held out: most users have too few for one of each to be held out"
    return "temporal"


def _training(size: int, active: int, is_rated: bool, notes: Notes) -> tuple[dict[str, Any], dict[str, Any]]:
    """By the number of interactions; the largest step is chosen on MovieLens 1M, the others on smaller samples."""
    notes.why["training",] = f"for {size:,} interactions of {active:,} users"
    batch = int(np.clip(round(active / 10), 16, 1024))
    if size >= LARGE:
        model = {"embedding_size": 256}
        training: dict[str, Any] = {"epochs": 32, "batch_size": batch, "learning_rate": 0.03, "temperature": 0.12}
        training |= {"ranking_decay": 0.3, "item_decay": 0.4, "unknown_rate": 0.02, "validation": 0.01}
        training |= {"label_smoothing": 0.1}
        of_ratings: dict[str, Any] = {"preference": [0, 0.1, 0.45, 1, 1.4], "seen_share": [1, 1, 0.7, 0.4, 0.4]}
        of_ratings |= {"rating_decay": 0.3, "rating_weight": 60}
    elif size >= 30_000:
        model = {"embedding_size": 64}
        training = {"epochs": 30, "batch_size": batch, "learning_rate": 0.01}
        training |= {"ranking_decay": 3, "item_decay": 5}
        of_ratings = {"rating_decay": 1, "rating_weight": 60}
    else:
        model = {"embedding_size": 32}
        training = {"epochs": 30, "batch_size": batch, "learning_rate": 0.01}
        training |= {"ranking_decay": 1, "item_decay": 1}
        of_ratings = {"rating_decay": 1, "rating_weight": 60}
    if is_rated:
        return model, training | of_ratings
    return model, training | ({"patience": PATIENCE} if size < LARGE else {})
