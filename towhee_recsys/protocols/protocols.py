"""The protocols by name, and the task that one makes of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.interactions import Interactions, all_interactions
from towhee_recsys.errors import EvaluationError, close_match
from towhee_recsys.protocols import draws, questions
from towhee_recsys.protocols.draws import Source
from towhee_recsys.protocols.task import Question, Task

Draw = Callable[[Source, np.random.Generator], np.ndarray]
Ask = Callable[[Task, np.random.Generator], list[Question]]


@dataclass(frozen=True)
class Protocol:
    """A draw of the parts and the questions that follow, described in a sentence."""

    description: str
    draw: Draw
    ask: Ask
    by_time: bool = False
    new_items: bool = False
    """Whether the items of the test are new: training does not know that there are any."""


PROTOCOLS = {
    "rating-90-10": Protocol(
        "A random tenth of all ratings is held out, to predict their stars and to find the liked ones.",
        draws.rating_90_10,
        questions.warm,
    ),
    "ranking-80-20": Protocol(
        "A random fifth of each user's ratings is held out, to find the liked ones among all items.",
        draws.ranking_80_20,
        questions.warm,
    ),
    "random-811-r3": Protocol(
        "RecBole's: of each user's ratings from the middle of the scale up, a random tenth is for validation and a "
        "tenth is held out, to find all of it among the items that have such ratings.",
        draws.random_811,
        questions.full_ranking,
    ),
    "leave-last-out": Protocol(
        "Each user's last rating is held out, to find the liked ones among all items.",
        draws.leave_last_out,
        questions.warm,
        by_time=True,
    ),
    "temporal": Protocol(
        "The last fifth of all ratings is held out, to find what users with earlier ratings liked later.",
        draws.temporal,
        questions.warm,
        by_time=True,
    ),
    "cold-users": Protocol(
        "A random tenth of the users is held out whole, to find what they like by their demographics, and by five "
        "or ten items that they like.",
        draws.cold_users,
        questions.cold_users,
    ),
    "cold-items": Protocol(
        "A random twentieth of the items with 20 ratings is held out whole, to find which of them a user likes.",
        draws.cold_items,
        questions.cold_items,
        new_items=True,
    ),
}


def make_task(protocol: str, dataset: Dataset, *, seed: int, validation: float) -> Task:
    """What `protocol` sets on `dataset`: the same `seed`, from 0 up, gives the same parts and questions.

    `validation` is the share of the training part, 0 <= share < 1, that is held back at random to choose by: at
    least one rating, unless it is 0. It does not change the test. `random-811-r3` sets a part of its own aside
    instead. What counts as liked is declared with the dataset. A question may have no users.

    Raises:
        EvaluationError: the protocol is not known, or goes by time where all timestamps are equal; the share is out
            of its range; there are so few ratings that a part would be empty.
    """
    chosen = _named(protocol)
    if not 0 <= validation < 1:
        raise EvaluationError(f"validation takes a share of the training part, 0 <= share < 1, not {validation!r}")
    feedback = dataset.schema.feedback
    source = Source(all_interactions(dataset), dataset.interactions["time"].to_numpy(np.int64), feedback.middle)
    if chosen.by_time:
        _demand_times(protocol, dataset.name, source.times)
    drawing, holding, asking = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    drawn = draws.hold_back(chosen.draw(source, drawing), validation, holding)
    task = Task(
        protocol=protocol,
        seed=seed,
        users=len(dataset.users),
        items=len(dataset.items),
        liked=float(feedback.liked),
        train=source.ratings.take(drawn == draws.TRAIN),
        validation=source.ratings.take(drawn == draws.VALIDATION),
        test=source.ratings.take(drawn == draws.TEST),
        questions=[],
    )
    if chosen.new_items:
        task = replace(task, new_items=np.unique(task.test.items))
    _demand_parts(task, dataset.name, source.ratings, validation)
    return replace(task, questions=chosen.ask(task, asking))


def _named(protocol: str) -> Protocol:
    if protocol not in PROTOCOLS:
        hint = close_match(protocol, PROTOCOLS)
        raise EvaluationError(f"protocol {protocol!r} is not known.{hint} Accepted: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[protocol]


def _demand_times(protocol: str, dataset: str, times: np.ndarray) -> None:
    if len(times) > 1 and (times == times[0]).all():
        others = ", ".join(name for name, each in PROTOCOLS.items() if not each.by_time)
        raise EvaluationError(
            f"the protocol {protocol} goes by the time of the ratings, but all {len(times):,} of {dataset} have the "
            f"timestamp {times[0]}. Give their times, or take a protocol that needs none: {others}."
        )


def _demand_parts(task: Task, dataset: str, ratings: Interactions, validation: float) -> None:
    if not (len(task.train) and len(task.test) and (len(task.validation) or not validation)):
        raise EvaluationError(
            f"{dataset} has too few ratings for the protocol {task.protocol}: of {len(ratings):,}, by "
            f"{len(np.unique(ratings.users)):,} users, it would train on {len(task.train):,}, validate with "
            f"{len(task.validation):,} and test on {len(task.test):,}. Give more ratings, or take another protocol."
        )
