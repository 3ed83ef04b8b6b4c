"""Models and baselines measured side by side, a draw of the protocol for each seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baseline_runner import check_peers, measure_baselines
from towhee_recsys.evaluation.baselines import SideInformation, side_information
from towhee_recsys.evaluation.index_recall import index_recall
from towhee_recsys.evaluation.measure import MetricValues, measure
from towhee_recsys.evaluation.models import model_for
from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.protocols import Task
from towhee_recsys.training.training_split import task_of

GetModel = Callable[[Config, Dataset, "bool | None"], Bundle]
"""Gives a model that has not seen the test part of its config's protocol and seed; the last argument is `progress`."""


def measured(
    configs: Mapping[str, Config],
    *,
    seeds: int = 1,
    peers: Sequence[str] = (),
    progress: bool | None = None,
    get_model: GetModel = model_for,
) -> Evaluation:
    """Measures the models of `configs`, which share protocol, seed and dataset, on the same tasks: the first's.

    Raises EvaluationError for peers that are not known or cannot be had, and for data that cannot be asked so.
    """
    check_peers(peers)
    if seeds < 1:
        raise EvaluationError(f"seeds takes a whole number from 1 up, not {seeds!r}")
    first = next(iter(configs.values()))
    setting = _Setting(read_dataset(first.dataset), [*peers], progress, get_model)
    draws = [
        _draw({name: load_config(config, seed=seed) for name, config in configs.items()}, setting)
        for seed in range(first.seed, first.seed + seeds)
    ]
    return Evaluation(
        configs=dict(configs),
        dataset=setting.dataset,
        tasks=[draw.task for draw in draws],
        models={
            name: Results(name, [draw.models[name] for draw in draws], [draw.bundles[name] for draw in draws])
            for name in configs
        },
        baselines={name: Results(name, [draw.baselines[name] for draw in draws]) for name in draws[0].baselines},
    )


@dataclass(frozen=True, eq=False)
class _Setting:
    """What all draws share."""

    dataset: Dataset
    peers: list[str]
    progress: bool | None
    get_model: GetModel


@dataclass(frozen=True, eq=False)
class _Draw:
    """What one seed gave."""

    task: Task
    baselines: dict[str, MetricValues]
    bundles: dict[str, Bundle]
    models: dict[str, MetricValues]


def _draw(configs: Mapping[str, Config], setting: _Setting) -> _Draw:
    first = next(iter(configs.values()))
    task = task_of(first, setting.dataset)
    known: SideInformation = side_information(first.features, setting.dataset)
    baselines = measure_baselines(task, known, setting.peers, setting.progress)
    bundles = {name: setting.get_model(config, setting.dataset, setting.progress) for name, config in configs.items()}
    models = {name: _measured(config, bundles[name], setting.dataset, task) for name, config in configs.items()}
    return _Draw(task, baselines, bundles, models)


def _measured(config: Config, bundle: Bundle, dataset: Dataset, task: Task) -> MetricValues:
    answers = ModelScorer(bundle, dataset)
    found = measure(task, answers.score, answers.predict)
    recall = index_recall(config, bundle, dataset)
    return found if recall is None else replace(found, metrics={**found.metrics, "index_recall@10": recall})
