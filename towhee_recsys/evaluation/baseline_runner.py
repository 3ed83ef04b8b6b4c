"""Fits the baselines on a task and measures them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.errors import EvaluationError, close_match
from towhee_recsys.evaluation.baselines import BASELINES, Baseline, SideInformation
from towhee_recsys.evaluation.measure import MetricValues, measure
from towhee_recsys.protocols import Task
from towhee_recsys.support.progress import progress_bar

log = logging.getLogger(__name__)


def check_external(names: Sequence[str], feedback: Feedback) -> None:
    """Checks names of external baselines, which are measured on demand only.

    Raises:
        EvaluationError: a name is not that of an external baseline, or of one that predicts ratings where `feedback`
            has no rating scale.
    """
    accepted = [name for name, each in BASELINES.items() if each.external and each.fits(feedback)]
    for name in names:
        if name in accepted:
            continue
        if name in BASELINES and not BASELINES[name].fits(feedback):
            reason = "predicts ratings, and the dataset declares no rating scale (dataset.interactions.scale)."
        else:
            reason = f"is not known.{close_match(name, accepted)}"
        raise EvaluationError(f"peer {name!r} {reason} Accepted: {', '.join(accepted)}.")


def measure_baselines(
    task: Task, side: SideInformation, feedback: Feedback, external: Sequence[str] = (), progress: bool | None = None
) -> dict[str, MetricValues]:
    """Fits and measures each baseline; one that does not fit this dataset is left out.

    Raises:
        EvaluationError: one of the `external` baselines cannot be fitted, or its library is missing.
    """
    chosen = [
        each for each in BASELINES.values() if each.fits(feedback) and (not each.external or each.name in external)
    ]
    chosen.sort(key=lambda each: not each.external)  # what these lack is reported before the others take their time
    found = {}
    for baseline in progress_bar(progress, iterable=chosen, desc="baselines", unit=""):
        try:
            found[baseline.name] = _measure(baseline, task, side)
        except EvaluationError as error:
            if baseline.external:
                raise
            log.warning("the baseline %s is left out: %s", baseline.name, error)
    return {name: found[name] for name in BASELINES if name in found}


def _measure(baseline: Baseline, task: Task, side: SideInformation) -> MetricValues:
    score = baseline.ranker(task, side) if baseline.ranker else None
    predict = baseline.rater(task, side) if baseline.rater else None
    return measure(task, score, predict)
