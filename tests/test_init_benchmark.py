"""The benchmark of `init`: it writes the dataset as tables, and measures two configs on the same ratings."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import init
from towhee_recsys import load_config


def test_both_configs_are_measured(tmp_path: Path) -> None:
    quick = {"training.epochs": 2, "training.device": "cpu", "model.embedding_size": 8}
    found = init.measured(load_config("sample", **quick), tmp_path)
    assert found["features"]["item"] == ["movie_id", "genres", "year", "title"]
    assert set(found["metrics"]) == {"shipped config", "config of init"}
    assert all(set(metrics) == set(init.METRICS) for metrics in found["metrics"].values())
    assert "(" in (tmp_path / "items.csv").read_text().splitlines()[1]


def test_by_which_share_a_config_is_behind() -> None:
    assert init.behind({"rmse": 1.0, "ndcg@10": 0.5}, {"rmse": 1.1, "ndcg@10": 0.45}) == pytest.approx(
        {"rmse": 0.1, "ndcg@10": 0.1}
    )
