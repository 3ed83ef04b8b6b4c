"""What each feature is worth: the model trained without it, and the difference that it makes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.measure import MetricValues, measure
from towhee_recsys.evaluation.models import split_model
from towhee_recsys.evaluation.results import TESTED
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.metrics import paired_test
from towhee_recsys.protocols import Task
from towhee_recsys.training.training_split import task_of

ALL = "all features"
COLD = ("cold-users", "cold-items")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Difference:
    """A figure of the model without `feature`, a column's name, or with all of them, `ALL`.

    `difference` is what it is above that of all features, `low` and `high` its 95 % interval over users, NaN where
    there are too few of them. An error that falls and an NDCG that rises say that the feature does harm.
    """

    feature: str
    protocol: str
    metric: str
    figure: float
    difference: float
    low: float
    high: float


def ablate(config: Config | str, *, protocols: Sequence[str] = (), progress: bool | None = None) -> list[Difference]:
    """The figures `ndcg@10` and `rmse` without each feature in turn, and before them with all.

    `protocols` left out are the config's own and, for what is never seen in training, cold-users and cold-items. The
    only feature of a side stays. A model is trained for each feature and protocol, in a folder beside `model.dir`; one
    that is there from another time is taken. `progress` shows a bar; left out, on a terminal only. Raises what
    training raises, and EvaluationError where one of `protocols` cannot part the data.
    """
    config = load_config(config)
    dataset = read_dataset(config.dataset)
    asked = protocols or dict.fromkeys((config.protocol, *COLD))
    alike = [load_config(config, protocol=protocol) for protocol in asked]
    tasks = [(each, task) for each in alike if (task := _task(each, dataset, demanded=bool(protocols)))]
    shown = sys.stderr.isatty() if progress is None else progress
    with tqdm(total=len(tasks) * len([*_variants(config)]), desc="ablation", unit="model", disable=not shown) as bar:
        return [found for each, task in tasks for found in _differences(each, dataset, task, bar)]


def _differences(config: Config, dataset: Dataset, task: Task, bar: tqdm) -> Iterator[Difference]:
    whole = None
    for feature, variant in _variants(config):
        bar.set_postfix_str(f"{config.protocol}, {feature if feature == ALL else f'without {feature}'}")
        found = _measured(variant, dataset, task)
        whole = whole or found
        for metric in TESTED:
            if metric in found.metrics and metric in whole.metrics:
                yield _difference(feature, config.protocol, metric, found, whole)
        bar.update()


def _difference(feature: str, protocol: str, metric: str, found: MetricValues, whole: MetricValues) -> Difference:
    test = paired_test(found.by_user[metric], whole.by_user[metric])
    figure = found.metrics[metric]
    return Difference(feature, protocol, metric, figure, figure - whole.metrics[metric], test["low"], test["high"])


def _variants(config: Config) -> Iterator[tuple[str, Config]]:
    """The config itself, and for each feature that a side can do without one that lacks it, in a folder of its own."""
    yield ALL, config
    for side in ("user", "item"):
        features = getattr(config.features, side)
        for feature in features if len(features) > 1 else ():
            others = [each for each in features if each is not feature]
            yield feature.column, _changed(config, side, feature.column, others)


def _changed(config: Config, side: str, column: str, others: list) -> Config:
    folder = Path(config.model.dir)
    model = config.model.model_copy(update={"dir": str(folder.with_name(f"{folder.name}.without-{side}-{column}"))})
    features = config.features.model_copy(update={side: others})
    return config.model_copy(update={"features": features, "model": model})


def _task(config: Config, dataset: Dataset, demanded: bool) -> Task | None:
    """The protocol's task; None where the data cannot be parted so and nobody `demanded` it."""
    try:
        return task_of(config, dataset)
    except EvaluationError as error:
        if demanded:
            raise
        log.warning("without the ablation on %s: %s", config.protocol, error)
        return None


def _measured(config: Config, dataset: Dataset, task: Task) -> MetricValues:
    answers = ModelScorer(split_model(config, dataset, progress=False), dataset)
    return measure(task, answers.score, answers.predict)
