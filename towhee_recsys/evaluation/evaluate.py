"""How good a recommender is on interactions that its training never saw, next to the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee_recsys.config import Config, load_config
from towhee_recsys.evaluation.models import model_for
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.evaluation.runner import GetModel, run_evaluation

MODEL = "this model"
"""The name of the model in `Evaluation.models`, where there is only one."""


def evaluate(
    config: Config | str,
    *,
    protocol: str | None = None,
    seeds: int = 1,
    peers: Sequence[str] = (),
    policies: Sequence[str] = (),
    progress: bool | None = None,
) -> dict[str, Any]:
    """Measures the config's model and the baselines on the test part of `protocol`; left out, of the config's.

    With several `seeds`, from the config's up, values are means, and "deviations" are there, too. `peers` are the
    names of external baselines to measure as well; they need the extra `peers`. The lists of the model are those of
    requests by the defaults of the config; each of `policies`, such as "diversity=0.3" or a JSON object with several
    fields, is measured besides. The model is one that has not seen the test part: an existing one, or one trained for
    it, as `model_for` says. `progress` shows bars; left out, on a terminal only.

    Returns:
        `{"protocol", "seed", "seeds", "ratings", "users", "removed": {rule: interactions that cleaning has removed},
        "model_id", "metrics": {"rmse", "mae", "ndcg@10", ...}, "intervals": {metric: [low, high]}, "significance":
        {metric: {"against", "difference", "low", "high", "p_value"}}, "policies": {text: {"metrics", "intervals",
        "significance"}}, "baselines": {name: {...}}}`; docs/explanation/evaluation.md
        explains the metrics. A value that cannot be computed is missing, as are `rmse` and `mae` where the dataset
        declares no rating scale. Further questions of a protocol have names such as "ndcg@10 (5 liked)".

    Raises:
        EvaluationError: the protocol cannot split the dataset, one of `peers` cannot be had, or one of `policies`
            cannot be read.
        DatasetError: the dataset cannot be read.
        TrainingError: a model had to be trained, and training failed.
    """
    return as_json(
        evaluate_model(config, protocol=protocol, seeds=seeds, peers=peers, policies=policies, progress=progress)
    )


def evaluate_model(
    config: Config | str,
    *,
    protocol: str | None = None,
    seeds: int = 1,
    peers: Sequence[str] = (),
    policies: Sequence[str] = (),
    progress: bool | None = None,
    get_model: GetModel = model_for,
) -> Evaluation:
    """As `evaluate`, with lists and users' values; `get_model` gives the model to measure."""
    settings: dict[str, Any] = {} if protocol is None else {"protocol": protocol}
    config = load_config(config, **settings)
    return run_evaluation(
        {MODEL: config}, seeds=seeds, peers=peers, policies=policies, progress=progress, get_model=get_model
    )


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """The result of `evaluate` from the `evaluation` of one model."""
    return {
        **evaluation.header(),
        **evaluation.model_json(MODEL),
        "policies": evaluation.policies_json(),
        "baselines": evaluation.baseline_metrics(),
    }
