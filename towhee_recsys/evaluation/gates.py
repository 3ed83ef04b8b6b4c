"""What a config requires of its model: `require: {"ndcg@10": ">= 1.05 * popularity", "rmse": "<= 0.86"}`."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass

from towhee_recsys.config import Config
from towhee_recsys.errors import ConfigError, bulleted, close_match
from towhee_recsys.evaluation.baseline_runner import PEERS
from towhee_recsys.evaluation.baselines import PEER_RANKERS, PEER_RATERS, RANKERS, RATERS
from towhee_recsys.evaluation.results import Evaluation, Results
from towhee_recsys.metrics import CUTOFFS
from towhee_recsys.protocols import PROTOCOLS

ERRORS = ("rmse", "mae")
OF_LISTS = tuple(f"{name}@{k}" for k in CUTOFFS for name in ("recall", "ndcg", "precision", "mrr", "hit"))
OF_ALL_LISTS = ("coverage@10", "novelty@10", "gini@10")

_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_NUMBER = r"\d+(?:\.\d+)?"
_GRAMMAR = re.compile(rf"(>=|<=|>|<)\s*(?:({_NUMBER})\s*\*\s*)?(?:({_NUMBER})|([A-Za-z]\w*))")


@dataclass(frozen=True)
class Gate:
    """One requirement: the model's `metric`, `sign`, `factor` times the baseline's; without a baseline times 1."""

    metric: str
    text: str
    sign: str
    factor: float
    baseline: str | None


def read_gates(config: Config) -> list[Gate]:
    """The gates that `require` declares. Raises ConfigError, which tells all that is wrong with them."""
    gates, problems = [], []
    for metric, text in config.require.items():
        try:
            gates.append(_gate(metric, text, _metrics(config.protocol)))
        except ConfigError as error:
            problems.append(f"require.{metric}: {error}")
    if problems:
        raise ConfigError(bulleted(problems))
    return gates


def peers_of(gates: Sequence[Gate]) -> list[str]:
    """The peers by which gates measure: they have to be asked for."""
    return sorted({gate.baseline for gate in gates if gate.baseline in PEERS})


def failures(gates: Sequence[Gate], ours: Results, evaluation: Evaluation) -> list[str]:
    """A sentence with the figures for each gate that a model of the evaluation fails."""
    found = (_failure(gate, ours, evaluation) for gate in gates)
    return [sentence for sentence in found if sentence]


def _gate(metric: str, text: str, metrics: Sequence[str]) -> Gate:
    if metric not in metrics:
        raise ConfigError(f"no such metric.{close_match(metric, metrics)} Accepted: {', '.join(metrics)}.")
    parts = _GRAMMAR.fullmatch(text.strip())
    if parts is None:
        raise ConfigError(
            f"given {text!r}, accepted: >=, <=, > or <, and then a number, a baseline, or a number * a baseline, "
            "such as '>= 1.05 * popularity'."
        )
    sign, factor, number, baseline = parts.groups()
    accepted = [*RATERS, *PEER_RATERS] if metric in ERRORS else [*RANKERS, *PEER_RANKERS]
    if baseline is not None and baseline not in accepted:
        raise ConfigError(
            f"given {text!r}, but {baseline!r} is no baseline that has {metric}.{close_match(baseline, accepted)} "
            f"Accepted: {', '.join(accepted)}."
        )
    return Gate(metric, text.strip(), sign, float(factor or 1) * float(number or 1), baseline)


def _metrics(protocol: str) -> list[str]:
    told = [f" ({name})" for name in PROTOCOLS[protocol].question_names if name]
    return [*ERRORS, *(f"{name}{suffix}" for suffix in ["", *told] for name in OF_LISTS + OF_ALL_LISTS)]


def _failure(gate: Gate, ours: Results, evaluation: Evaluation) -> str | None:
    figure = ours.metrics.get(gate.metric)
    if figure is None:
        return f"{gate.metric} must be {gate.text}, but the model has none"
    bound = gate.factor
    if gate.baseline is not None:
        baseline = evaluation.baselines.get(gate.baseline)
        if baseline is None or gate.metric not in baseline.metrics:
            return f"{gate.metric} must be {gate.text}, but {gate.baseline} has none on this data"
        bound *= baseline.metrics[gate.metric]
    if _SIGNS[gate.sign](figure, bound):
        return None
    meaning = f" (= {bound:.4f})" if gate.baseline else ""
    return f"{gate.metric} is {figure:.4f}, but must be {gate.text}{meaning}"
