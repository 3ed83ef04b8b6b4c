"""What a baseline is: a name, a title, and a function that fits it on the training part of a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.evaluation.baselines.side_information import SideInformation
from towhee_recsys.evaluation.measure import Predict, Score
from towhee_recsys.protocols.task import Task

Ranker = Callable[[Task, SideInformation], Score]
"""Fits on `task.train` alone, and gives finite scores. Raises EvaluationError where the dataset or the installation
lacks what it needs."""

Rater = Callable[[Task, SideInformation], Predict]
"""As `Ranker`, and gives finite ratings; it does not look at the values of the interactions to predict."""


@dataclass(frozen=True)
class Baseline:
    """A baseline, with either a `ranker`, which scores items for lists, or a `rater`, which predicts ratings.

    Attributes:
        name: The name in JSON and gates, such as "group_popularity".
        title: The name in the report, such as "Popularity by group".
        external: Whether it needs a library of the extra `peers`: it is measured on demand only.
    """

    name: str
    title: str
    ranker: Ranker | None = None
    rater: Rater | None = None
    external: bool = False

    @property
    def kind(self) -> Literal["ranker", "rater"]:
        """The kind of its predictions: scores or ratings."""
        return "ranker" if self.ranker else "rater"

    def fits(self, feedback: Feedback) -> bool:
        """Whether a dataset with this feedback can have it: ratings are predicted on a rating scale only."""
        return self.kind == "ranker" or feedback.scale is not None
