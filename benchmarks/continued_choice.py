"""The choice of the epochs and the rate of a continued training on validation data: `continued --choose`."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from typing import Any

from benchmarks.case import Case, validation_task
from benchmarks.continued import METRICS, PROTOCOL, named, prepared
from benchmarks.learning import HELD_OUT
from towhee_recsys import read_dataset, train
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config, load_config
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.protocols import make_task

TRIED = ((0.125, 1 / 3), (0.125, 2 / 3), (0.25, 1 / 6), (0.25, 1 / 3), (0.25, 2 / 3), (0.5, 1 / 3))
"""The shares of the epochs and of the learning rate of training from nothing among which `choose` chooses."""

NEAR = 0.005
"""How much worse than training from nothing a chosen combination may be on validation data: half of the limits."""


def choose(case: Case) -> None:
    """Prints what each combination of epochs and rate reaches on validation data, and which one is chosen."""
    whole = read_dataset(case.config.dataset)
    task = make_task(PROTOCOL, whole, seed=case.config.seed, validation=HELD_OUT)
    earlier, later = prepared(case, whole, [task.test, task.validation])
    task = validation_task(task)
    train(earlier, fresh=True)
    bar = measure_model(train(named(later, "from-nothing"), fresh=True), whole, task).metrics
    found = {}
    for epochs, rate in TRIED:
        trial = _continuing(named(later, "trial"), epochs, rate)
        shutil.rmtree(trial.model.dir, ignore_errors=True)
        shutil.copytree(earlier.model.dir, trial.model.dir)
        found[epochs, rate] = measure_model(train(trial, fresh=True, warm_start=True), whole, task).metrics
    rows = [[f"{epochs:.3f}", f"{rate:.3f}", *_figures(each, bar)] for (epochs, rate), each in found.items()]
    columns = ["epochs", "rate", *(column for name in METRICS for column in (name, "of from nothing"))]
    table("shares of a continued training, on validation data", columns, [*rows, ["1", "1", *_figures(bar, bar)]])
    print("chosen:", "epochs {:.3f}, rate {:.3f}".format(*chosen(found, bar)))


def chosen(found: Mapping[tuple[float, float], Mapping[str, float]], bar: Mapping[str, float]) -> tuple[float, float]:
    """The combination of the fewest epochs that is near the `bar`; of several, or if there is none, the best one."""
    losses = {each: [_loss(name, metrics, bar) for name in METRICS] for each, metrics in found.items()}
    near = [each for each, loss in losses.items() if max(loss) <= NEAR]
    fewest = [each for each in near if each[0] == min(near)[0]]
    return min(fewest or losses, key=lambda each: sum(losses[each]))


def _loss(name: str, metrics: Mapping[str, float], bar: Mapping[str, float]) -> float:
    """By which share a metric is worse than the `bar`; below 0 where it is better."""
    more = metrics[name] / bar[name] - 1
    return more if METRICS[name].sign == "≤" else -more


def _figures(metrics: Mapping[str, float], bar: Mapping[str, float]) -> list[str]:
    return [text for name in METRICS for text in (f"{metrics[name]:.4f}", f"{metrics[name] / bar[name]:.4f}")]


def _continuing(config: Config, epochs: float, rate: float) -> Config:
    training = config.training
    shorter: dict[str, Any] = {"training.continue_epochs": math.ceil(epochs * training.epochs)}
    return load_config(config, **shorter, **{"training.continue_learning_rate": rate * training.learning_rate})
