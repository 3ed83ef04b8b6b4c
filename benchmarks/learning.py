"""Training in processor seconds: the work to reach the quality of another library, and the work per rating.

Both are measured from the data files: ours to the written bundle, the other library's to the fitted factors. SVD++ is
Surprise's with its default settings, 20 epochs, on rating-90-10; our model only learns ratings. ALS is implicit's, with
docs/explanation/quality.md's settings, on ranking-80-20; our model only learns ranking. Otherwise the config is
unchanged, but with fewer epochs: the fewest that reach the other library's figure on validation data, a tenth of the
training part that is held out from both for this choice. Then both are trained again on the whole training part, and
evaluated once on the test part.

The teacher alone is the model of ratings that `training.teacher` declares, without the towers that learn from it, from
the data files to its vectors, after the fewest iterations that are chosen in the same way.

The loop is a straightforward implementation of the config's model: for each of 256 ratings it runs both towers, the
squared error, the backward pass and Adam, on one thread, which is Paddle's default. The comparison is in ratings per
processor second, ours over the whole training, so the ratio is for the same number of epochs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.case import Case, validation_task
from benchmarks.naive_loop import BATCH, NaiveLoop
from benchmarks.rows import Limit, Row, compared
from benchmarks.teacher_alone import fewest_iterations, rmse_of, teacher_after
from benchmarks.timing import interleaved, processor_seconds
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.evaluation.baselines.library import library
from towhee_recsys.evaluation.measure import measure as measured
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.model.teacher import Teacher
from towhee_recsys.protocols import Task
from towhee_recsys.training.training_split import task_of

PACKAGES = ("paddlepaddle", "numpy", "scipy", "implicit", "scikit-surprise")

EPOCHS = (2, 4, 6, 8, 10, 12, 14, 16, 20, 24, 30, 36)
"""The numbers of epochs that are tried, the fewest first."""

HELD_OUT = 0.1
"""The share of the training part by which they are chosen."""

UNIT = "processor s"

RUNS = 3

WHAT_BOUNDS = {
    "train to the NDCG@10 of implicit's ALS": """Matrix products of users and items: ours scores every item for every
        user in each epoch, the softmax over the catalogue and its gradient are three products, and Adam takes many
        steps where ALS solves for each user and item directly, and from liked items only.""",
    "the same, RMSE on the test part": """The number of epochs: it is the fewest that reach the figure of SVD++ on
        validation data, and the error on the test part differs a little from that.""",
    "train the config's model": """The teacher of ratings, and what the towers learn from it. The loop has neither.""",
}


@dataclass(frozen=True)
class Race:
    """Another library, its figure to reach, and the limit of work compared with it."""

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
    """Raises EvaluationError if the other libraries are not installed."""
    for name in ("surprise", "implicit", "threadpoolctl"):
        library(name)


def measure(case: Case) -> list[Row]:
    """The rows of each race, and the row of the loop."""
    config = load_config(case.config, **{"model.dir": str(case.work / "learning" / "model")})
    races = [row for race in RACES for row in _raced(race, config)]
    return [*races, _loop(config, case.runs(150))]


def _raced(race: Race, config: Config) -> list[Row]:
    """The work of both, and their quality."""
    config = load_config(config, protocol=race.protocol, **race.settings)
    choice = Choice.of(race, config)
    epochs = fewest_epochs(race, choice)
    config = load_config(config, **{"training.epochs": epochs})
    made: dict[str, Any] = {}
    calls: dict[str, Callable[[int], None]] = {
        "ours": lambda _: made.update(ours=train(config, fresh=True)),
        "theirs": lambda _: made.update(theirs=_fitted(race.peer, config, read_dataset(config.dataset))),
    }
    if race.metric == "rmse":
        iterations = fewest_iterations(choice.config, choice.dataset, choice.task.test, choice.wanted)
        calls["teacher"] = lambda _: made.update(teacher=_teacher(config, iterations))
    seconds = interleaved(calls, race.runs, warm_up=0, clock=processor_seconds)
    dataset = read_dataset(config.dataset)
    task = task_of(config, dataset)
    ours, theirs = _figure(race, task, _answers(made["ours"], dataset)), _figure(race, task, made["theirs"])
    name = f"train to the {race.metric.upper()} of {race.called}"
    detail = {"epochs": epochs}
    reached = Limit("≤" if race.metric == "rmse" else "≥", 1.0)
    rows = [
        compared(name, seconds, race.called, race.limit, unit=UNIT, convert=np.asarray, detail=detail),
        Row(f"the same, {race.metric.upper()} on the test part", "", ours, race.called, theirs, reached),
    ]
    if race.metric == "rmse":
        alone = {"ours": seconds["teacher"], "theirs": seconds["theirs"]}
        name, detail = f"the teacher alone, to the RMSE of {race.called}", {"iterations": iterations}
        found = rmse_of(made["teacher"], dataset, task.test)
        rows += [
            compared(name, alone, race.called, race.limit, unit=UNIT, convert=np.asarray, detail=detail),
            Row("the teacher alone, RMSE on the test part", "", found, race.called, theirs, reached),
        ]
    return rows


@dataclass(frozen=True, eq=False)
class Choice:
    """What the numbers of epochs and of iterations are chosen by: the validation part, and the figure to reach."""

    config: Config
    dataset: Dataset
    task: Task
    wanted: float

    @classmethod
    def of(cls, race: Race, config: Config) -> Choice:
        """With the other library fitted to what the choice's trainings read."""
        config = load_config(config, **{"training.validation": HELD_OUT})
        dataset = read_dataset(config.dataset)
        task = validation_task(task_of(config, dataset))
        return cls(config, dataset, task, _figure(race, task, _fitted(race.peer, config, dataset)))


def fewest_epochs(race: Race, choice: Choice) -> int:
    """The fewest epochs that reach the other library's figure; the most, if none do."""
    for epochs in EPOCHS:
        bundle = train(load_config(choice.config, **{"training.epochs": epochs}), fresh=True)
        found = _figure(race, choice.task, _answers(bundle, choice.dataset))
        if found <= choice.wanted if race.metric == "rmse" else found >= choice.wanted:
            return epochs
    return EPOCHS[-1]


def _loop(config: Config, steps: int) -> Row:
    """Ratings per processor second: of the whole training of the config, and of steps of the loop."""
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


def _teacher(config: Config, iterations: int) -> Teacher:
    return teacher_after(config, read_dataset(config.dataset), iterations)


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
