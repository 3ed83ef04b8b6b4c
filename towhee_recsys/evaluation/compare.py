"""Several models in one table, measured on the same tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.evaluation.runner import run_evaluation


def compare(
    configs: Sequence[Config | str],
    *,
    protocol: str | None = None,
    peers: Sequence[str] = (),
    progress: bool | None = None,
) -> dict[str, Any]:
    """Measures the models of several configs and the baselines, by the protocol (unless given) and seed of the first.

    A model's name is its config's, or where that has none, its folder. The first model is tested against the best
    baseline, the others against the first.

    Returns:
        `{"protocol", "seed", "seeds", "ratings", "users", "models": {name: {"model_id", "metrics", "intervals",
        "significance"}}, "baselines": {name: {...}}}`, with values as `evaluate` has them.

    Raises:
        EvaluationError: there are fewer than two configs, two share a `model.dir`, or they are of different datasets;
            and as `evaluate`.
    """
    named = {each if isinstance(each, str) else each.model.dir: load_config(each) for each in configs}
    return as_json(compare_models(named, protocol=protocol, peers=peers, progress=progress))


def compare_models(
    configs: Mapping[str, Config],
    *,
    protocol: str | None = None,
    peers: Sequence[str] = (),
    progress: bool | None = None,
) -> Evaluation:
    """As `compare`, of configs by name, with lists and users' values.

    Raises:
        EvaluationError: as `compare`.
    """
    if len(configs) < 2:
        raise EvaluationError(f"compare takes two configs or more; {len(configs)} given. Add another one.")
    first, *others = configs
    for name in others:
        _must_have_own_folder(name, configs)
        _must_have_same_data(first, name, configs)
    protocol, seed = protocol or configs[first].protocol, configs[first].seed
    alike = {name: load_config(config, protocol=protocol, seed=seed) for name, config in configs.items()}
    return run_evaluation(alike, peers=peers, progress=progress)


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The result of `compare`."""
    models = {name: evaluation.model_json(name) for name in evaluation.models}
    return {**evaluation.header(), "models": models, "baselines": evaluation.baseline_metrics()}


def _must_have_own_folder(name: str, configs: Mapping[str, Config]) -> None:
    own = Path(configs[name].model.dir).resolve()
    for other, config in configs.items():
        if other != name and Path(config.model.dir).resolve() == own:
            raise EvaluationError(
                f"{other} and {name} have the same model.dir, {own}, which can hold one model. "
                "Give each a folder of its own."
            )


def _must_have_same_data(first: str, name: str, configs: Mapping[str, Config]) -> None:
    ours, theirs = (_declaration(configs[each]) for each in (first, name))
    if different := [key for key in ours if ours[key] != theirs[key]]:
        raise EvaluationError(
            f"{first} and {name} are of different data: they differ in "
            f"{', '.join(f'dataset.{key}' for key in different)}. Compare models on one dataset."
        )


def _declaration(config: Config) -> dict[str, Any]:
    """The declaration of the dataset in a config; data frames count as equal when they are the same object."""
    tables = {name: id(frame) for name, frame in config.dataset.tables.items()}
    return {**config.dataset.model_dump(mode="json", exclude={"tables"}), "tables": tables}
