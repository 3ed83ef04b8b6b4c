"""Training, in processor seconds: how much work it is to become as good as a peer, and to learn from a rating.

Both are counted from the data files on: ours to the written bundle, a peer to the fitted factors. SVD++ is Surprise's
with its own settings, 20 epochs, on rating-90-10; our model learns the stars alone. ALS is implicit's, set as for
docs/quality.md, on ranking-80-20; our model learns the lists alone. But for that the config is as it is, with fewer
epochs: as few as it takes on validation data to reach the peer's figure there. These are a tenth of the training
part, which for this choice is held back from both. Then all is trained anew, on the whole of it, and the test part is
asked once.

The loop is the config's model as one writes it down: for each of 256 ratings both towers, the squared error in stars,
backward, Adam; on one thread, as Paddle does by itself. It is compared by the ratings that a processor second learns
from, ours over the whole training, so that the ratio is that of as many epochs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.naive_loop import BATCH, NaiveLoop
from benchmarks.rows import Limit, Row, compared
from benchmarks.timing import interleaved, processor_seconds
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.evaluation.baselines.library import library
from towhee_recsys.evaluation.measure import measure as measured
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.protocols import PROTOCOLS, Task
from towhee_recsys.training.training_split import task_of

PACKAGES = ("paddlepaddle", "numpy", "scipy", "implicit", "scikit-surprise")

EPOCHS = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 30, 36)
"""The numbers of epochs that are tried, the fewest first."""

HELD_BACK = 0.1
"""The share of the training part by which they are chosen."""

UNIT = "processor s"

RUNS = 3

WHAT_BOUNDS = {
    "train to the NDCG@10 of implicit's ALS": """Matrix products of users by items: ours scores every item for every
        user in each epoch, the softmax over the catalogue and its gradient are three products, and Adam goes some
        steps where ALS solves for each user and item at once, from likings alone.""",
}


@dataclass(frozen=True)
class Race:
    """A peer, the figure of its that is to be reached, and by how much less, or more, work."""

    peer: str
    called: str
    protocol: str
    metric: str
    limit: Limit
    settings: Mapping[str, Any] = field(default_factory=dict)
    runs: int = RUNS


RACES = (
    Race("svdpp", "Surprise's SVD++", "rating-90-10", "rmse", Limit("≥", 15, "less"), {"objective": "rating"}, runs=1),
    Race("ials", "implicit's ALS", "ranking-80-20", "ndcg@10", Limit("≤", 4), {"objective": "ranking"}),
)


def check() -> None:
    """Raises EvaluationError when the peers are not installed."""
    for name in ("surprise", "implicit", "threadpoolctl"):
        library(name)


def measure(case: Case) -> list[Row]:
    """Each race, and the loop."""
    config = load_config(case.config, **{"model.dir": str(case.work / "learning" / "model")})
    races = [row for race in RACES for row in _raced(race, config)]
    return [*races, _loop(config, case.runs(150))]


def _raced(race: Race, config: Config) -> list[Row]:
    """The work of both, and how good they are then."""
    config = load_config(config, protocol=race.protocol, **race.settings)
    epochs = fewest_epochs(race, config)
    config = load_config(config, **{"training.epochs": epochs})
    made: dict[str, Any] = {}
    calls = {
        "ours": lambda _: made.update(ours=train(config, fresh=True)),
        "theirs": lambda _: made.update(theirs=_fitted(race.peer, config, read_dataset(config.dataset))),
    }
    seconds = interleaved(calls, race.runs, warm_up=0, clock=processor_seconds)
    dataset = read_dataset(config.dataset)
    task = task_of(config, dataset)
    ours, theirs = _figure(race, task, _answers(made["ours"], dataset)), _figure(race, task, made["theirs"])
    name = f"train to the {race.metric.upper()} of {race.called}"
    detail = {"epochs": epochs}
    reached = Limit("≤" if race.metric == "rmse" else "≥", 1.0)
    return [
        compared(name, seconds, race.called, race.limit, unit=UNIT, convert=np.asarray, detail=detail),
        Row(f"the same, {race.metric.upper()} on the test part", "", ours, race.called, theirs, reached),
    ]


def fewest_epochs(race: Race, config: Config) -> int:
    """How many epochs it takes on validation data to reach what the peer reaches there; the most, if none do."""
    config = load_config(config, **{"training.validation": HELD_BACK})
    dataset = read_dataset(config.dataset)
    task = rehearsal(task_of(config, dataset))
    wanted = _figure(race, task, _fitted(race.peer, config, dataset))
    for epochs in EPOCHS:
        bundle = train(load_config(config, **{"training.epochs": epochs}), fresh=True)
        found = _figure(race, task, _answers(bundle, dataset))
        if found <= wanted if race.metric == "rmse" else found >= wanted:
            return epochs
    return EPOCHS[-1]


def rehearsal(task: Task) -> Task:
    """The task with its validation part in place of the test, which nobody sees."""
    held_back = replace(task, test=task.validation, validation=task.validation.take(np.arange(0)), questions=[])
    return replace(held_back, questions=PROTOCOLS[task.protocol].questions(held_back, np.random.default_rng(task.seed)))


def _loop(config: Config, steps: int) -> Row:
    """What a processor second learns from: the whole training of the config, and steps of the loop."""
    dataset, made = read_dataset(config.dataset), {}
    training = {"ours": lambda _: made.update(bundle=train(config, fresh=True))}
    whole = interleaved(training, 1, warm_up=0, clock=processor_seconds)["ours"][0]
    ratings = task_of(config, dataset).train
    loop = NaiveLoop(made["bundle"], dataset, ratings)
    seconds = interleaved({"loop": loop}, steps, warm_up=3, clock=processor_seconds)["loop"]
    epochs = json.loads((made["bundle"].directory / "history.json").read_text(encoding="utf-8"))
    rates = len(epochs) * len(ratings) / whole, BATCH * steps / seconds.sum()
    work, limit = "train the config's model", Limit("≥", 50)
    return Row(work, "ratings a processor second", rates[0], "both towers for each rating", rates[1], limit)


def _fitted(peer: str, config: Config, dataset: Dataset) -> dict[str, Callable[..., np.ndarray]]:
    task, side, baseline = task_of(config, dataset), side_information(config.features, dataset), BASELINES[peer]
    if baseline.rater:
        return {"predict": baseline.rater(task, side)}
    assert baseline.ranker
    return {"score": baseline.ranker(task, side)}


def _answers(bundle: Bundle, dataset: Dataset) -> dict[str, Callable[..., np.ndarray]]:
    scorer = ModelScorer(bundle, dataset)
    return {"predict": scorer.predict, "score": scorer.score}


def _figure(race: Race, task: Task, answers: Mapping[str, Callable[..., np.ndarray]]) -> float:
    how = "predict" if race.metric == "rmse" else "score"
    return measured(task, **{how: answers[how]}).metrics[race.metric]
