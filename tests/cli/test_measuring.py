"""The commands that measure: their tables, their documents, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

SMALL = ["--set", "training.epochs=1", "--set", "training.batch_size=1000", "--set", "model.embedding_size=8"]


def test_evaluate_shows_the_model_next_to_the_baselines(run: Any, on_sample: list[str]) -> None:
    ran = run("evaluate", *on_sample)
    lines = ran.out.splitlines()
    assert lines[0] == "rating-90-10, seed 42: 2,610 held-out ratings, lists for 508 users; * the best"
    assert lines[1].split() == ["RMSE", "MAE", "NDCG@10", "Recall@10", "Coverage@10"]
    cells = {line.split("  ")[0]: line.split()[-5:] for line in lines[2:12]}
    assert cells["this model"][0].endswith("*")
    assert cells["popularity"][:2] == ["–", "–"]
    assert cells["biases"][2:] == ["–", "–", "–"]
    assert lines[12].startswith("NDCG@10 of this model against ")
    assert "paired t-test over users: p < 0.001)" in lines[13]
    assert max(map(len, lines[:12])) <= 100


def test_evaluate_is_a_document(run: Any, on_sample: list[str]) -> None:
    found = json.loads(run("evaluate", *on_sample, "--json").out)
    assert found["metrics"]["index_recall@10"] == 1
    assert found["metrics"]["rmse"] < 0.85 * found["baselines"]["biases"]["rmse"]


def test_seeds_and_a_protocol(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    options = ["--protocol", "cold-users", "--seeds", "2", *SMALL, "--set", f"model.dir={tmp_path / 'model'}"]
    ran = run("evaluate", *on_sample, *options)
    assert ran.out.startswith("cold-users, seeds 42, 43: ")
    assert "(5 liked)" in ran.out
    assert "  ± over seeds " in ran.out
    assert f"there is no model in {tmp_path / 'model'}; cold-users with seed 43 needs a model" in ran.err
    assert f"training on the training part of cold-users, seed 43, into {tmp_path}/model.cold-users-43" in ran.err
    assert max(map(len, map(str.rstrip, ran.out.splitlines()[:13]))) <= 100


def test_compare_puts_several_configs_into_one_table(run: Any, tmp_path: Path) -> None:
    files = []
    for name, epochs in (("brief", 1), ("longer", 2)):
        files.append(str(tmp_path / f"{name}.yaml"))
        training = f"training: {{epochs: {epochs}, batch_size: 1000}}"
        text = f"extends: sample\nmodel: {{dir: {tmp_path / name}, embedding_size: 8}}\n{training}\n"
        Path(files[-1]).write_text(text, encoding="utf-8")
    ran = run("compare", *files)
    assert f"NDCG@10 of {files[1]} against {files[0]}: " in ran.out
    found = json.loads(run("compare", *files, "--json", "-q").out)
    assert [*found["models"]] == files


def test_run_refuses_a_model_that_fails_a_gate(run: Any, tmp_path: Path) -> None:
    stores = ["--set", f"milvus.uri={tmp_path / 'movies.db'}", "--set", f"catalogue=sqlite:///{tmp_path / 'm.sqlite'}"]
    options = ["-c", "sample", *SMALL, *stores, "--set", f"model.dir={tmp_path / 'model'}"]
    ran = run("run", *options, "--set", "require.rmse=<= 0.1")
    assert ran.code == 1
    assert "but must be <= 0.1. It is not indexed" in ran.err
    assert "the previous model keeps serving" in ran.err
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "movies.db").exists()


def test_a_gate_that_cannot_be_read_is_wrong_use(run: Any, tmp_path: Path) -> None:
    options = ["-c", "sample", "--set", f"model.dir={tmp_path / 'model'}"]
    ran = run("run", *options, "--set", "require.rmse=<= biasis")
    assert ran.code == 2
    assert "require.rmse: given '<= biasis'" in ran.err
    assert "Did you mean 'biases'?" in ran.err
    assert not list(tmp_path.iterdir())


def test_a_report_that_cannot_be_written_is_reported_before_the_work(run: Any, tmp_path: Path) -> None:
    ran = run("evaluate", "-c", "sample", "--set", f"model.dir={tmp_path / 'model'}", "--report", str(tmp_path))
    assert ran.code == 1
    assert str(tmp_path) in ran.err
    assert not list(tmp_path.iterdir())


INVALID_USAGE = [
    (["evaluate", "-c", "sample", "--protocol", "ranking-80"], "Did you mean 'ranking-80-20'?"),
    (["evaluate", "-c", "sample", "--seeds", "0"], "0 is not in the range x>=1"),
    (["compare"], "Missing argument 'CONFIG...'"),
]


@pytest.mark.parametrize(("arguments", "message"), INVALID_USAGE)
def test_wrong_use(run: Any, arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    assert ran.code == 2
    assert message in ran.err


def test_an_unknown_peer(run: Any) -> None:
    ran = run("evaluate", "-c", "sample", "--peers", "ials,svdp")
    assert ran.code == 1
    assert "peer 'svdp' is not known. Did you mean 'svdpp'?" in ran.err


def test_train_final_is_of_everything(run: Any, tmp_path: Path) -> None:
    from towhee_recsys.bundle import load_bundle

    assert run("train", "-c", "sample", *SMALL, "--set", f"model.dir={tmp_path / 'model'}", "--final").code == 0
    assert load_bundle(tmp_path / "model").manifest.trained_on["protocol"] == "everything"


def test_one_user_and_a_baseline_that_is_equal_to_the_model_are_too_few_for_a_test() -> None:
    from towhee_recsys.cli.measuring import _sentence
    from towhee_recsys.evaluation.measure import MetricValues
    from towhee_recsys.evaluation.results import Results

    run = MetricValues({"ndcg@10": 1.0}, {"ndcg@10": np.array([1.0])}, {}, None)
    model, popularity = Results("this model", [run]), Results("popularity", [run])
    sentence = _sentence("this model", "ndcg@10", model.against(popularity, "ndcg@10"))
    assert "against popularity: +0.0000" in sentence
    assert "too few users" in sentence
