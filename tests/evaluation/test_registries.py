"""A metric or a baseline that is added to its registry is measured, required, shown and explained everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.cli.measuring import evaluate, show_evaluation
from towhee_recsys.errors import ConfigError
from towhee_recsys.evaluation.baselines import BASELINES, Baseline
from towhee_recsys.evaluation.evaluate import as_json, evaluate_model
from towhee_recsys.evaluation.gates import read_gates
from towhee_recsys.evaluation.report.tables import glossary, tables
from towhee_recsys.metrics import METRICS, ListMetric


def average_precision(hits, n_relevant, k):
    precisions = hits[:, :k].cumsum(axis=1) / np.arange(1, k + 1)
    return (precisions * hits[:, :k]).sum(axis=1) / np.minimum(n_relevant, k)


MAP = ListMetric(
    name="map",
    title="MAP",
    direction="higher",
    help="Mean of the precisions at the ranks of relevant items.",
    cutoffs=(10,),
    summary=True,
    tested=True,
    compute=average_precision,
)


@pytest.fixture
def require(quick_config):
    return lambda gates: read_gates(gates, quick_config.protocol, quick_config.dataset.feedback)


def test_a_metric(quick_config, require, monkeypatch, capsys):
    with pytest.raises(ConfigError):
        require({"map@10": ">= 1.1 * popularity"})
    monkeypatch.setitem(METRICS, "map", MAP)
    [gate] = require({"map@10": ">= 1.1 * popularity"})
    assert gate.baseline == "popularity"
    evaluation = evaluate_model(quick_config)
    found = as_json(evaluation)
    assert 0 < found["metrics"]["map@10"] < found["metrics"]["hit@10"]
    assert {"map@10"} <= found["baselines"]["ease"].keys() & found["intervals"].keys() & found["significance"].keys()
    show_evaluation(evaluation)
    printed = capsys.readouterr().out
    assert "MAP@10" in printed.splitlines()[1]
    assert "MAP@10 of this model against" in printed
    [table] = tables(evaluation)
    column = table.columns.index("MAP@10")
    assert sum(row.cells[column].best for row in table.rows) >= 1
    assert MAP in glossary(evaluation)


def test_a_baseline(quick_config, require, monkeypatch, capsys):
    def oldest(task, side):
        scores = -np.arange(task.items, dtype=np.float32)
        return lambda question: np.tile(scores, (len(question.users), 1))

    monkeypatch.setitem(BASELINES, "oldest", Baseline("oldest", "Oldest items", ranker=oldest))
    [gate] = require({"ndcg@10": ">= oldest"})
    assert gate.baseline == "oldest"
    evaluation = evaluate_model(quick_config)
    assert "ndcg@10" in as_json(evaluation)["baselines"]["oldest"]
    show_evaluation(evaluation)
    assert "\noldest " in capsys.readouterr().out
    assert "Oldest items" in [row.title for row in tables(evaluation)[0].rows]


def test_the_help_names_all_external_baselines():
    [peers] = [each for each in evaluate.params if each.name == "peers"]
    assert f"{','.join(name for name, each in BASELINES.items() if each.external)}." in peers.help
