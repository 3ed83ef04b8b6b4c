"""What a config requires of its model: `require: {"ndcg@10": ">= 1.05 * popularity", "rmse": "<= 0.86"}`."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.errors import ConfigError, EvaluationError, bulleted, close_match
from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.metrics import METRICS, OF_RATINGS, IndexMetric, IntervalMetric, metric_of, value_name
from towhee_recsys.protocols import PROTOCOLS

Measured = Mapping[str, Mapping[str, float]]
"""The metrics of a model, as `OURS`, and of baselines, by name: what a bundle's manifest has as `measured`."""

OURS = "model"
"""The model's name among those of baselines."""

_SIGNS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_NUMBER = r"\d+(?:\.\d+)?"
_GRAMMAR = re.compile(rf"(>=|<=|>|<)\s*(?:({_NUMBER})\s*\*\s*)?(?:({_NUMBER})|([A-Za-z]\w*))")


@dataclass(frozen=True)
class Gate:
    """One requirement: `metric` `sign` `factor`, times the baseline's value if there is a `baseline`."""

    metric: str
    text: str
    sign: str
    factor: float
    baseline: str | None


def read_gates(require: Mapping[str, str], protocol: str, feedback: Feedback) -> list[Gate]:
    """The gates that the section `require` of a config declares, for a protocol and the feedback of a dataset.

    Raises:
        ConfigError: a gate cannot be read, or its metric is not measured; the message lists all problems.
    """
    accepted, gates, problems = _accepted(protocol, feedback), [], []
    for metric, text in require.items():
        try:
            gates.append(_gate(metric, text, accepted))
        except ConfigError as error:
            problems.append(f"require.{metric}: {error}")
    if problems:
        raise ConfigError(bulleted(problems))
    return gates


def peers_of(gates: Sequence[Gate]) -> list[str]:
    """The external baselines that gates compare with: they are measured on demand only."""
    return sorted({gate.baseline for gate in gates if gate.baseline and BASELINES[gate.baseline].external})


def failures(gates: Sequence[Gate], measured: Measured) -> list[str]:
    """A sentence with the values for each gate that the model fails, by the metrics of it and of the baselines."""
    found = (_failure(gate, measured) for gate in gates)
    return [sentence for sentence in found if sentence]


def must_serve(config: Config, bundle: Bundle) -> None:
    """Checks that a model is as good as its config requires, by what `run` has measured of it.

    Raises:
        ConfigError: a gate cannot be read.
        EvaluationError: the model fails a gate, or was never measured.
    """
    gates = read_gates(config.require, config.protocol, config.dataset.feedback)
    if gates and not bundle.manifest.measured:
        required = ", ".join(f"{gate.metric} {gate.text}" for gate in gates)
        raise EvaluationError(
            f"model {bundle.model_id} was never measured, so it is not known whether it meets `require` ({required}). "
            "Train, measure and index with `towhee-recsys run -c CONFIG`, or remove `require`."
        )
    if failed := failures(gates, bundle.manifest.measured):
        raise EvaluationError(
            f"model {bundle.model_id} is not good enough: {'; '.join(failed)}. Train and measure another one with "
            "`towhee-recsys run -c CONFIG`, or change `require`."
        )


def _gate(metric: str, text: str, accepted: Sequence[str]) -> Gate:
    if metric not in accepted:
        raise ConfigError(f"{_why_not(metric, accepted)} Accepted: {', '.join(accepted)}.")
    parts = _GRAMMAR.fullmatch(text.strip())
    if parts is None:
        raise ConfigError(
            f"given {text!r}, accepted: >=, <=, > or <, and then a number, a baseline, or a number * a baseline, "
            "such as '>= 1.05 * popularity'."
        )
    sign, factor, number, baseline = parts.groups()
    kind = "rater" if isinstance(metric_of(metric), OF_RATINGS) else "ranker"
    baselines = [name for name, each in BASELINES.items() if each.kind == kind]
    if baseline is not None and baseline not in baselines:
        raise ConfigError(
            f"given {text!r}, but {baseline!r} is no baseline that has {metric}.{close_match(baseline, baselines)} "
            f"Accepted: {', '.join(baselines)}."
        )
    return Gate(metric, text.strip(), sign, float(factor or 1) * float(number or 1), baseline)


def _accepted(protocol: str, feedback: Feedback) -> list[str]:
    """The names of all values that are measured before a model is indexed."""
    of_ratings = [each for each in METRICS.values() if isinstance(each, OF_RATINGS) and feedback.scale]
    of_lists = [each for each in METRICS.values() if not isinstance(each, (*OF_RATINGS, IndexMetric))]
    names = [
        value_name(column, question)
        for question in PROTOCOLS[protocol].question_names
        for each in of_lists
        for column in each.columns
    ]
    return [*(column for each in of_ratings for column in each.columns), *names]


def _why_not(metric: str, accepted: Sequence[str]) -> str:
    known = next((each for each in METRICS.values() if metric in each.columns), None)
    if isinstance(known, OF_RATINGS):
        return f"{metric} needs a rating scale, and the dataset declares none (dataset.interactions.scale)."
    if isinstance(known, IndexMetric):
        return f"{metric} is measured once the model is indexed, after the gates."
    return f"no such metric.{close_match(metric, accepted)}"


def _failure(gate: Gate, measured: Measured) -> str | None:
    value = measured.get(OURS, {}).get(gate.metric)
    if value is None:
        why = ": it has no teacher (training.teacher)" if isinstance(metric_of(gate.metric), IntervalMetric) else ""
        return f"{gate.metric} must be {gate.text}, but the model has none{why}"
    bound = gate.factor
    if gate.baseline is not None:
        baseline = measured.get(gate.baseline, {})
        if gate.metric not in baseline:
            return f"{gate.metric} must be {gate.text}, but {gate.baseline} has none on this data"
        bound *= baseline[gate.metric]
    if _SIGNS[gate.sign](value, bound):
        return None
    meaning = f" (= {bound:.4f})" if gate.baseline else ""
    return f"{gate.metric} is {value:.4f}, but must be {gate.text}{meaning}"
