"""The protocols by name, and the task that one makes of a dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import EvaluationError, close_match
from towhee_recsys.protocols import draws, questions
from towhee_recsys.protocols.draws import Drawable
from towhee_recsys.protocols.task import Question, Task

Draw = Callable[[Drawable, np.random.Generator], np.ndarray]
MakeQuestions = Callable[[Task, np.random.Generator], list[Question]]


@dataclass(frozen=True)
class Protocol:
    """How a dataset is split, and which lists a model is to give.

    Attributes:
        description: The protocol in a sentence.
        draw: Gives each interaction its part.
        questions: Makes the questions of a task that has its parts.
        question_names: The names of these questions; the main one's is "".
        by_time: Whether the split is by the interactions' times.
        new_items: Whether the items of the test are new: training does not know that they exist.
    """

    description: str
    draw: Draw
    questions: MakeQuestions
    question_names: tuple[str, ...] = ("",)
    by_time: bool = False
    new_items: bool = False


PROTOCOLS = {
    "rating-90-10": Protocol(
        "A random tenth of all interactions is held out, to predict their ratings and to find the liked items.",
        draws.rating_90_10,
        questions.warm,
    ),
    "ranking-80-20": Protocol(
        "A random fifth of each user's interactions is held out, to find the liked ones among all items.",
        draws.ranking_80_20,
        questions.warm,
    ),
    "random-811-r3": Protocol(
        "RecBole's: of each user's ratings from the middle of the scale up, or of all implicit feedback, a random "
        "tenth is for validation and a tenth is held out, to find all of that among the items with such interactions.",
        draws.random_811,
        questions.full_ranking,
    ),
    "leave-last-out": Protocol(
        "Each user's last interaction is held out, to find the liked ones among all items.",
        draws.leave_last_out,
        questions.warm,
        by_time=True,
    ),
    "temporal": Protocol(
        "The last fifth of all interactions is held out, to find what users with earlier ones liked later.",
        draws.temporal,
        questions.warm,
        by_time=True,
    ),
    "cold-users": Protocol(
        "A random tenth of the users is held out whole, to find what they like by their other features, and by five "
        "or ten items that they like.",
        draws.cold_users,
        questions.cold_users,
        question_names=questions.GIVEN_NAMES,
    ),
    "cold-items": Protocol(
        "A random twentieth of the items with 20 interactions is held out whole, to find which of them a user likes.",
        draws.cold_items,
        questions.cold_items,
        new_items=True,
    ),
    "pre-split": Protocol(
        "The interactions in the file that the dataset declares as its test are held out, to predict their ratings and "
        "to find the liked items.",
        draws.pre_split,
        questions.warm,
    ),
}
"""The protocols by name; `config.schema.ProtocolName` lists the same names."""


def make_task(protocol: str, dataset: Dataset, *, seed: int, validation: float) -> Task:
    """Splits `dataset` by `protocol`, as `split` does, and makes the questions that follow.

    What counts as liked is declared with the dataset. A question may have no users.

    Raises:
        EvaluationError: as `split`.
    """
    task = split(protocol, dataset, seed=seed, validation=validation)
    *_, for_questions = _generators(seed)
    return replace(task, questions=PROTOCOLS[protocol].questions(task, for_questions))


def split(protocol: str, dataset: Dataset, *, seed: int, validation: float) -> Task:
    """The task without its questions, which take more memory than all else: training needs its parts alone.

    Args:
        protocol: A name in `PROTOCOLS`.
        dataset: What is split.
        seed: An integer from 0 up; the same one gives the same parts and questions.
        validation: The share of the training part that is held out at random to choose by, 0 <= share < 1: at least one
            interaction, unless it is 0. The test does not depend on it. `random-811-r3` has a validation part of its
            own instead.

    Raises:
        EvaluationError: the protocol is not known, goes by time where all times are equal, or needs data that come
            split; the share is out of its range; there are so few interactions that a part would be empty.
    """
    chosen = _protocol_named(protocol)
    if not 0 <= validation < 1:
        raise EvaluationError(
            f"validation: given {validation!r}, accepted: a share of the training part, 0 <= share < 1."
        )
    feedback = dataset.schema.feedback
    given = Drawable(dataset.interactions, feedback.middle)
    if chosen.by_time:
        _check_times(protocol, dataset.name, given.interactions.times)
    for_draw, for_validation, _ = _generators(seed)
    parts = draws.with_validation(chosen.draw(given, for_draw), validation, for_validation)
    task = Task(
        protocol=protocol,
        seed=seed,
        users=len(dataset.users),
        items=len(dataset.items),
        liked=float(feedback.liked),
        train=given.interactions.take(parts == draws.TRAIN),
        validation=given.interactions.take(parts == draws.VALIDATION),
        test=given.interactions.take(parts == draws.TEST),
        questions=[],
        half_life=feedback.half_life,
    )
    _check_parts(task, dataset.name, given.interactions, validation)
    return replace(task, new_items=np.unique(task.test.items).astype(np.int64)) if chosen.new_items else task


def _generators(seed: int) -> list[np.random.Generator]:
    """The generators of the draw, of the validation part and of the questions: none depends on the others."""
    return [np.random.default_rng(each) for each in np.random.SeedSequence(seed).spawn(3)]


def _protocol_named(protocol: str) -> Protocol:
    if protocol not in PROTOCOLS:
        hint = close_match(protocol, PROTOCOLS)
        raise EvaluationError(f"protocol {protocol!r} is not known.{hint} Accepted: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[protocol]


def _check_times(protocol: str, dataset: str, times: np.ndarray) -> None:
    if len(times) > 1 and (times == times[0]).all():
        others = ", ".join(name for name, each in PROTOCOLS.items() if not each.by_time)
        raise EvaluationError(
            f"the protocol {protocol} splits by time, but all {len(times):,} interactions of {dataset} have the time "
            f"{times[0]}. Declare the column with their times (dataset.interactions.time), or choose a protocol that "
            f"needs none: {others}."
        )


def _check_parts(task: Task, dataset: str, interactions: Interactions, validation: float) -> None:
    if not (len(task.train) and len(task.test) and (len(task.validation) or not validation)):
        raise EvaluationError(
            f"{dataset} has too few interactions for the protocol {task.protocol}: of {len(interactions):,}, by "
            f"{len(np.unique(interactions.users)):,} users, it would train on {len(task.train):,}, validate with "
            f"{len(task.validation):,} and test on {len(task.test):,}. Give more interactions, or choose another "
            "protocol."
        )
