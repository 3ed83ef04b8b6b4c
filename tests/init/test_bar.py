"""What baselines reach, also on a sample of large data."""

from __future__ import annotations

import pytest

from towhee_recsys.init import bar


def test_of_ratings_all_three_baselines_are_measured(folder, rated):
    found = folder.init(folder.write("r.csv", rated())).verdict.bar
    assert (found.sample, found.problem) == ("", "")
    assert {name: list(metrics) for name, metrics in found.metrics.items()} == {
        "popularity": ["ndcg@10"],
        "item_knn": ["ndcg@10"],
        "biases": ["rmse"],
    }


@pytest.mark.parametrize(("limit", "value"), [("MOST_INTERACTIONS", 200), ("MOST_PAIRS", 2000), ("MOST_ITEMS", 20)])
def test_large_data_are_sampled(folder, rated, monkeypatch, limit, value):
    monkeypatch.setattr(bar, limit, value)
    found = folder.init(folder.write("r.csv", rated())).verdict.bar
    assert "a sample of" in found.sample
    assert "most frequent items" in found.sample
    assert found.metrics["item_knn"]["ndcg@10"] >= 0


def test_too_few_interactions_are_a_reason(folder):
    found = folder.init(folder.write("r.csv", [["user", "item"], ["a", "b"]])).verdict.bar
    assert found.metrics == {}
    assert "too few interactions" in found.problem
