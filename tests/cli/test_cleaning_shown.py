"""What cleaning removes is shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from towhee_recsys import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.evaluation.evaluate import evaluate_model
from towhee_recsys.evaluation.report.header import report_header

TITLE = "Interactions removed by cleaning"
CORE = {"user": 40, "item": 30}


@pytest.fixture
def cleaned(tmp_path: Path) -> str:
    """A config of the sample with a declared cleaning and a tiny model."""
    config = {
        "extends": "sample",
        "dataset": {"interactions": {"between": {"value": [2, None]}, "min_interactions": CORE}},
        "model": {"dir": str(tmp_path / "model"), "embedding_size": 8},
        "training": {"epochs": 1, "device": "cpu"},
        "milvus": {"uri": str(tmp_path / "movies.db")},
        "catalogue": f"sqlite:///{tmp_path / 'movies.sqlite'}",
    }
    (tmp_path / "cleaned.yaml").write_text(json.dumps(config))
    return str(tmp_path / "cleaned.yaml")


def test_what_was_removed_is_shown_everywhere(run: Run, cleaned: str):
    removed = read_dataset(load_config(cleaned).dataset).removed
    assert list(removed) == ["between.value", "min_interactions"]
    shown = [["dataset.interactions." + rule, str(count)] for rule, count in removed.items()]
    assert json.loads(run("train", "-c", cleaned, "--json").out)["removed"] == removed
    for command in ("train", "evaluate"):
        lines = run(command, "-c", cleaned).out.splitlines()
        start = lines.index(TITLE)
        assert [line.split() for line in lines[start + 1 : start + 4]] == [["rule", "removed"], *shown]
    assert json.loads(run("evaluate", "-c", cleaned, "--json").out)["removed"] == removed
    doctor = run("doctor", "-c", cleaned, "--json").out
    facts = report_header(evaluate_model(cleaned)).facts
    for rule, count in removed.items():
        assert f"{count:,} by {rule}" in doctor
        assert facts[f"Interactions removed by {rule}"] == f"{count:,}"


def test_nothing_is_shown_where_nothing_was_removed(run: Run, on_sample: list[str]):
    assert TITLE not in run("evaluate", *on_sample, "--set", "training.epochs=16").out
    assert "cleaning removed" not in run("doctor", *on_sample).out
