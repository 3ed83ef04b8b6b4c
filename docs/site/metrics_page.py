"""The page about metrics, protocols and baselines, from their registries."""

from __future__ import annotations

import inspect

from docs.site.markdown import code, page, prose, table
from towhee_recsys.evaluation.baselines import BASELINES, Baseline
from towhee_recsys.metrics.metric import ExposureMetric, IndexMetric, IntervalMetric, ListMetric, Metric, RatingMetric
from towhee_recsys.metrics.registry import METRICS
from towhee_recsys.protocols.protocols import PROTOCOLS

INTRODUCTION = """
What `towhee-recsys evaluate` measures, how it splits the interactions, and what it compares a model with.
[How good is it?](../explanation/evaluation.md) explains them. The names are those of `--json`, of `require` in a config
and of `--protocol`.
"""
_OF = {
    RatingMetric: "predicted ratings",
    IntervalMetric: "standard deviations of predicted ratings",
    ListMetric: "each user's list",
    ExposureMetric: "all lists together",
    IndexMetric: "the index",
}


def metrics_page() -> str:
    """The page as Markdown."""
    return page(
        "Metrics, protocols, baselines",
        INTRODUCTION,
        "## Metrics",
        table(("Names", "Title", "Measured on", "Better", "Meaning"), [_metric(each) for each in METRICS.values()]),
        "## Protocols",
        table(("Name", "Split"), [(code(name), prose(each.description)) for name, each in PROTOCOLS.items()]),
        "## Baselines",
        "Those of the extra `peers` are measured when they are named: `--peers ials,svd`.",
        table(("Name", "Title", "Predicts", "Extra", "How"), [_baseline(each) for each in BASELINES.values()]),
    )


def _metric(metric: Metric) -> list[str]:
    names = ", ".join(code(name) for name in metric.columns)
    direction = "" if metric.direction == "none" else metric.direction
    return [names, metric.title, _OF[type(metric)], direction, prose(metric.help)]


def _baseline(baseline: Baseline) -> list[str]:
    function = baseline.ranker or baseline.rater
    meaning = (inspect.getdoc(function) or "").partition("\n\n")[0]
    kind = "lists" if baseline.kind == "ranker" else "ratings"
    return [code(baseline.name), baseline.title, kind, code("peers") if baseline.external else "", prose(meaning)]
