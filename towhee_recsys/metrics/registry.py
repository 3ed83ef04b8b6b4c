"""All metrics by name: commands, gates, report, tests of significance and documentation read this registry."""

from __future__ import annotations

import re

from towhee_recsys.metrics.diversity import COVERAGE, DIVERSITY, GINI, NOVELTY
from towhee_recsys.metrics.errors import MAE, RMSE
from towhee_recsys.metrics.index import INDEX_RECALL
from towhee_recsys.metrics.intervals import INTERVAL_COVERAGE, MEAN_STD
from towhee_recsys.metrics.metric import Metric, RatingMetric
from towhee_recsys.metrics.ranking import HIT, MRR, NDCG, PRECISION, RECALL

_OF_RATINGS = (RMSE, MAE, INTERVAL_COVERAGE, MEAN_STD)
_ALL = (*_OF_RATINGS, NDCG, RECALL, PRECISION, MRR, HIT, COVERAGE, DIVERSITY, NOVELTY, GINI, INDEX_RECALL)

METRICS: dict[str, Metric] = {each.name: each for each in _ALL}
"""The metrics, in the order in which tables show them."""


def metric_of(name: str) -> Metric | None:
    """The metric that a value's name, such as "ndcg@10 (5 liked)", belongs to; None for an unknown name."""
    return METRICS.get(re.split("[@ ]", name, maxsplit=1)[0])


def value_name(column: str, question: str) -> str:
    """The name of a metric's value for a question of the protocol, such as "ndcg@10 (5 liked)"; "" is the main one."""
    return f"{column} ({question})" if question else column


def significance_names() -> list[str]:
    """The names of the values whose differences are tested for significance: those of lists first."""
    tested = [each for each in METRICS.values() if each.tested]
    return [next(iter(each.columns)) for each in sorted(tested, key=lambda each: isinstance(each, RatingMetric))]


def summary_columns() -> dict[str, str]:
    """The titles of the values that a short table shows, by their names."""
    return dict(next(iter(each.columns.items())) for each in METRICS.values() if each.summary)
