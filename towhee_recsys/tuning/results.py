"""The results of trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from towhee_recsys.config import Config
from towhee_recsys.metrics import Metric, metric_of

State = Literal["complete", "pruned", "failed"]


@dataclass(frozen=True)
class TrialResult:
    """A trial that has ended.

    Attributes:
        number: Its number, from 1.
        state: Whether it was trained to the end, was pruned since it lagged behind the others, or its training failed.
        value: The metric on the validation part: of the epoch that is kept, or, pruned, of the last; None where it
            failed.
        epochs: How many epochs it was trained for.
        seconds: How long it took.
        settings: The values that it tried, by the dotted names of the settings.
        error: Why it failed.
    """

    number: int
    state: State
    value: float | None
    epochs: int
    seconds: float
    settings: dict[str, Any]
    error: str | None = None


def definition(metric: str) -> Metric:
    """The definition of a metric that trials improve."""
    found = metric_of(metric)
    assert found
    return found


def best_of(trials: Sequence[TrialResult], metric: str) -> TrialResult | None:
    """The first of the best trials among those that were trained to the end; None where none was."""
    values = {row: each.value for row, each in enumerate(trials) if each.state == "complete" and each.value is not None}
    best = definition(metric).best(values.values())
    return next((trials[row] for row, value in values.items() if value == best), None)


@dataclass(frozen=True)
class Tuning:
    """The trials of a space.

    Attributes:
        config: The config with the best settings.
        metric: What was improved: "rmse" or "ndcg@10".
        protocol: The protocol, whose training part was used.
        trained_on: The number of interactions that each trial was trained on.
        validated_on: The number of interactions that it was measured on.
        trials: All trials that have ended, in their order.
        best: The best of those that were trained to the end.
        importance: How much of the differences between trials each setting explains: shares, the largest first; empty
            where there are too few trials.
        file: The config that was written.
        picture: The plot, likewise.
    """

    config: Config
    metric: str
    protocol: str
    trained_on: int
    validated_on: int
    trials: list[TrialResult]
    best: TrialResult
    importance: dict[str, float]
    file: Path
    picture: Path

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "metric": self.metric,
            "best": asdict(self.best),
            "trials": [asdict(trial) for trial in self.trials],
            "importance": self.importance,
            "data": {
                "protocol": self.protocol,
                "trained_on": self.trained_on,
                "validated_on": self.validated_on,
                "test_part_read": False,
            },
            "config": str(self.file),
            "picture": str(self.picture),
        }
