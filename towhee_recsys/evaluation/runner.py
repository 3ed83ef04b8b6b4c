"""Measures models and baselines side by side, on one draw of the protocol for each seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baseline_runner import check_external, measure_baselines
from towhee_recsys.evaluation.baselines import side_information
from towhee_recsys.evaluation.index_recall import index_recall
from towhee_recsys.evaluation.measure import MetricValues
from towhee_recsys.evaluation.models import model_for
from towhee_recsys.evaluation.policy import default_policy, read_policies
from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.evaluation.scorer import measure_lists, measure_model
from towhee_recsys.metrics import INDEX_RECALL
from towhee_recsys.protocols import Task
from towhee_recsys.requests import Request
from towhee_recsys.training.training_split import task_of

GetModel = Callable[[Config, Dataset, "bool | None"], Bundle]
"""Gives a model that has not seen the test part of its config's protocol and seed; the last argument is `progress`."""


[_INDEX_RECALL] = INDEX_RECALL.columns


def run_evaluation(
    configs: Mapping[str, Config],
    *,
    seeds: int = 1,
    peers: Sequence[str] = (),
    policies: Sequence[str] = (),
    progress: bool | None = None,
    get_model: GetModel = model_for,
) -> Evaluation:
    """Measures the models of `configs`, which share protocol, seed and dataset, on the same tasks: the first's.

    The lists of a model are those of requests by the defaults of its config. The first model is measured by each of
    `policies` besides, texts such as "diversity=0.3".

    Raises:
        EvaluationError: one of the external baselines in `peers` is not known or cannot be had, `seeds` is below 1,
            a policy cannot be read, or the protocol cannot split the dataset.
    """
    first = next(iter(configs.values()))
    check_external(peers, first.dataset.feedback)
    if seeds < 1:
        raise EvaluationError(f"seeds: given {seeds!r}, accepted: a whole number from 1.")
    dataset = read_dataset(first.dataset)
    shared = _Shared(dataset, peers, read_policies(policies, dataset.item_schema), progress, get_model)
    runs = [
        _run({name: load_config(config, seed=seed) for name, config in configs.items()}, shared)
        for seed in range(first.seed, first.seed + seeds)
    ]
    return Evaluation(
        configs=dict(configs),
        dataset=shared.dataset,
        tasks=[run.task for run in runs],
        models={
            name: Results(name, [run.models[name] for run in runs], [run.bundles[name] for run in runs])
            for name in configs
        },
        policies={name: Results(name, [run.policies[name] for run in runs]) for name in shared.policies},
        baselines={name: Results(name, [run.baselines[name] for run in runs]) for name in runs[0].baselines},
    )


@dataclass(frozen=True, eq=False)
class _Shared:
    """The values that the runs of all seeds share."""

    dataset: Dataset
    peers: Sequence[str]
    policies: Mapping[str, Request]
    progress: bool | None
    get_model: GetModel


@dataclass(frozen=True, eq=False)
class _Run:
    """The results with one seed."""

    task: Task
    baselines: dict[str, MetricValues]
    bundles: dict[str, Bundle]
    models: dict[str, MetricValues]
    policies: dict[str, MetricValues]


def _run(configs: Mapping[str, Config], shared: _Shared) -> _Run:
    first, dataset = next(iter(configs.values())), shared.dataset
    task, side = task_of(first, dataset), side_information(first.features, dataset)
    baselines = measure_baselines(task, side, dataset.schema.feedback, shared.peers, shared.progress)
    bundles = {name: shared.get_model(config, dataset, shared.progress) for name, config in configs.items()}
    models = {name: _measure(config, bundles[name], dataset, task) for name, config in configs.items()}
    bundle = next(iter(bundles.values()))
    policies = {name: measure_lists(bundle, dataset, task, policy) for name, policy in shared.policies.items()}
    return _Run(task, baselines, bundles, models, policies)


def _measure(config: Config, bundle: Bundle, dataset: Dataset, task: Task) -> MetricValues:
    policy = default_policy(config.requests, dataset.item_schema)
    found, recall = measure_model(bundle, dataset, task, policy), index_recall(config, bundle, dataset)
    return found if recall is None else replace(found, metrics={**found.metrics, _INDEX_RECALL: recall})
