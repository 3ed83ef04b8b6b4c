"""The registry of metrics: names, titles and directions."""

from __future__ import annotations

import pytest

from towhee_recsys.metrics import METRICS, metric_of, significance_names, summary_columns, value_name


def test_a_values_name_leads_to_its_metric():
    for metric in METRICS.values():
        for name in metric.columns:
            assert metric_of(name) is metric_of(value_name(name, "5 liked")) is metric
    assert metric_of("ndgc@10") is None


def test_names_titles_and_cutoffs():
    assert METRICS["ndcg"].columns == {"ndcg@10": "NDCG@10", "ndcg@20": "NDCG@20"}
    assert METRICS["rmse"].columns == {"rmse": "RMSE"}
    assert value_name("ndcg@10", "") == "ndcg@10"
    assert value_name("ndcg@10", "5 liked") == "ndcg@10 (5 liked)"
    assert significance_names() == ["ndcg@10", "rmse"]
    assert [*summary_columns()] == ["rmse", "mae", "ndcg@10", "recall@10", "coverage@10"]


@pytest.mark.parametrize(("name", "best"), [("rmse", 1), ("ndcg", 3), ("coverage", None)])
def test_the_best_goes_by_direction(name, best):
    assert METRICS[name].best([2, 1, 3]) == best
    assert METRICS[name].best([]) is None
