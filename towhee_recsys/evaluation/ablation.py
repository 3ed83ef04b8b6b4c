"""Ablation: the model trained without each feature in turn, and how its metrics differ."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.evaluation.models import split_model
from towhee_recsys.evaluation.policy import default_policy
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.metrics import paired_test, significance_names
from towhee_recsys.protocols import Task
from towhee_recsys.support.progress import progress_bar
from towhee_recsys.training.training_split import task_of

ALL = "all features"
COLD = ("cold-users", "cold-items")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Difference:
    """A metric of the model without a feature.

    Attributes:
        feature: The column of the feature that is left out, or `ALL` for the model with all features.
        protocol: The protocol by which it was measured.
        metric: The metric's name, such as "ndcg@10".
        value: The metric without the feature.
        difference: The value minus that of the model with all features.
        low: The lower end of the difference's 95 % interval over users; NaN where there are too few users.
        high: The upper end.
    """

    feature: str
    protocol: str
    metric: str
    value: float
    difference: float
    low: float
    high: float


def ablate(config: Config | str, *, protocols: Sequence[str] = (), progress: bool | None = None) -> list[Difference]:
    """Measures the model without each of its features in turn, after the model with all of them.

    The metrics are those that are tested for significance: `ndcg@10` and, with a rating scale, `rmse`. `protocols` left
    out are the config's own and those with users or items that training never saw: cold-users and cold-items. The only
    feature of users or of items stays. A model is trained for each feature and protocol, in a folder next to
    `model.dir`; one that exists is used again. `progress` shows a bar; left out, on a terminal only.

    Raises:
        ConfigError: one of `protocols` is not known.
        EvaluationError: one of `protocols` cannot split the dataset.
        TrainingError: training fails.
    """
    config = load_config(config)
    dataset = read_dataset(config.dataset)
    names = protocols or dict.fromkeys((config.protocol, *COLD))
    variants = [load_config(config, protocol=protocol) for protocol in names]
    tasks = [(each, task) for each in variants if (task := _task(each, dataset, required=bool(protocols)))]
    total = len(tasks) * len([*_variants(config)])
    with progress_bar(progress, total=total, desc="ablation", unit="model") as bar:
        return [found for each, task in tasks for found in _differences(each, dataset, task, bar)]


def _differences(config: Config, dataset: Dataset, task: Task, bar: tqdm) -> Iterator[Difference]:
    whole = None
    for feature, variant in _variants(config):
        bar.set_postfix_str(f"{config.protocol}, {feature if feature == ALL else f'without {feature}'}")
        policy = default_policy(config.requests, dataset.item_schema)
        found = measure_model(split_model(variant, dataset, progress=False), dataset, task, policy)
        whole = whole or found
        for metric in significance_names():
            if metric in found.metrics and metric in whole.metrics:
                yield _difference(feature, config.protocol, metric, found, whole)
        bar.update()


def _difference(feature: str, protocol: str, metric: str, found: MetricValues, whole: MetricValues) -> Difference:
    test = paired_test(found.by_user[metric], whole.by_user[metric])
    value = found.metrics[metric]
    return Difference(feature, protocol, metric, value, value - whole.metrics[metric], test["low"], test["high"])


def _variants(config: Config) -> Iterator[tuple[str, Config]]:
    """The config itself, and for each feature that is not the only one of its side a config without it."""
    yield ALL, config
    for side in ("user", "item"):
        features = getattr(config.features, side)
        for feature in features if len(features) > 1 else ():
            others = [each for each in features if each is not feature]
            yield feature.column, _with_features(config, side, feature.column, others)


def _with_features(config: Config, side: str, left_out: str, features: list) -> Config:
    """`config` with these features of a side, and a folder of its own for the model."""
    folder = Path(config.model.dir)
    model = config.model.model_copy(update={"dir": str(folder.with_name(f"{folder.name}.without-{side}-{left_out}"))})
    return config.model_copy(update={"features": config.features.model_copy(update={side: features}), "model": model})


def _task(config: Config, dataset: Dataset, required: bool) -> Task | None:
    """The protocol's task; None where the protocol cannot split the dataset and is not `required`."""
    try:
        return task_of(config, dataset)
    except EvaluationError as error:
        if required:
            raise
        log.warning("no ablation on %s: %s", config.protocol, error)
        return None
