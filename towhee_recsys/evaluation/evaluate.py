"""How good a recommender is on ratings that its training never saw, next to the baselines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee_recsys.config import Config, load_config
from towhee_recsys.evaluation.models import model_for
from towhee_recsys.evaluation.results import Evaluation
from towhee_recsys.evaluation.runner import GetModel, measured

MODEL = "this model"
"""The name of the model in `Evaluation.models`, where there is but one."""


def evaluate(
    config: Config | str,
    *,
    protocol: str | None = None,
    seeds: int = 1,
    peers: Sequence[str] = (),
    progress: bool | None = None,
) -> dict[str, Any]:
    """Measures the config's model and the baselines on the test part of `protocol`; left out, of the config's.

    Gives `{"protocol", "seed", "seeds", "ratings", "users", "model_id", "metrics": {"rmse", "mae", "ndcg@10", ...},
    "intervals": {metric: [low, high]}, "significance": {metric: {"against", "difference", "low", "high", "p_value"}},
    "baselines": {name: {...}}}`. A figure that cannot be computed is not there. Other questions of a protocol give
    names as "ndcg@10 (5 liked)". With several `seeds`, from the config's up, figures are means, and "deviations"
    are there, too. `peers` are further baselines, of the extra `peers`: ials, bpr, svd, svdpp.

    The model is one that has not seen the test: taken or trained, as `model_for` says. `progress` shows bars; left
    out, on a terminal only. Raises EvaluationError when the data cannot be asked so, and what training raises.
    """
    return as_json(evaluate_model(config, protocol=protocol, seeds=seeds, peers=peers, progress=progress))


def evaluate_model(
    config: Config | str,
    *,
    protocol: str | None = None,
    seeds: int = 1,
    peers: Sequence[str] = (),
    progress: bool | None = None,
    get_model: GetModel = model_for,
) -> Evaluation:
    """As `evaluate`, with lists and users' values; `get_model` gives the model to measure."""
    config = load_config(config, **({} if protocol is None else {"protocol": protocol}))
    return measured({MODEL: config}, seeds=seeds, peers=peers, progress=progress, get_model=get_model)


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """What `evaluate` returns, of the `evaluation` of one model."""
    return {**evaluation.header(), **evaluation.figures(MODEL), "baselines": evaluation.baseline_metrics()}
