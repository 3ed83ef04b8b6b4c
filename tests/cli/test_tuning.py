"""The command `tune`, and `train --continue`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from towhee_recsys import load_config
from towhee_recsys.tuning.problem import Problem


@pytest.fixture
def file(tmp_path: Path, small_data: Path) -> Path:
    """A config with a space, whose trainings take a moment; everything is written beside it."""
    lines = [
        "extends: sample",
        f"dataset: {{name: own, path: {small_data}}}",
        f"model: {{dir: {tmp_path / 'model'}, embedding_size: 8}}",
        "training: {epochs: 2, batch_size: 16, warmup_steps: 2, device: cpu}",
        "tune: {trials: 2, space: {training.learning_rate: {low: 0.003, high: 0.1, log: true}}}",
    ]
    (tmp_path / "my.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path / "my.yaml"


def test_tune_prints_its_trials_and_writes_the_best(file, run, tmp_path):
    ran = run("tune", "-c", str(file), "-o", str(tmp_path / "best.yaml"), "-q")
    assert ran.code == 0, ran.err
    for fact in ("2 trials; * the best", "NDCG@10", "learning_rate", "0.005", "complete", "test part was not read"):
        assert fact in ran.out
    assert load_config(str(tmp_path / "best.yaml")).training.epochs == 2
    ran = run("tune", "-c", str(file), "--trials", "3", "--json")
    found = json.loads(ran.out)
    assert [trial["number"] for trial in found["trials"]] == [1, 2, 3], "earlier trials count"
    assert found["best"] in found["trials"]
    assert found["data"]["test_part_read"] is False
    assert found["data"]["protocol"] == "rating-90-10"
    assert load_config(found["config"]).training.learning_rate == found["best"]["settings"]["training.learning_rate"]
    assert run("train", "-c", found["config"], "-q").code == 0


def test_an_interrupted_tune_says_how_to_resume(file, run, tmp_path, monkeypatch):
    train, runs = Problem.train, []

    def interrupted(problem, config, report):
        if runs:
            raise KeyboardInterrupt
        runs.append(config)
        return train(problem, config, report)

    monkeypatch.setattr(Problem, "train", interrupted)
    ran = run("tune", "-c", str(file), "-q")
    assert ran.code == 1
    assert "interrupted. The same command resumes the tuning. The best config so far is written." in ran.err
    assert load_config(str(tmp_path / "model.tuning" / "best.yaml"))


@pytest.mark.parametrize(
    ("options", "code", "fact"),
    [
        (["--set", "tune.space.training.epochs=3"], 2, "tune.space.training.epochs: given 3, accepted: a range"),
        (["--trials", "0"], 2, "0 is not in the range x>=1"),
        (["-o", "no/such/best.yaml"], 1, "best.yaml cannot be written"),
        (
            ["--set", "features.user=[{kind: category, column: shoe}]"],
            1,
            "my.yaml: features.user[0].column: given 'shoe'",
        ),
    ],
)
def test_what_is_refused(options, code, fact, file, run):
    ran = run("tune", "-c", str(file), *options)
    assert ran.code == code
    assert fact in ran.err


def test_train_continue(file, run, tmp_path):
    refused = run("train", "-c", str(file), "--continue", "-q")
    assert (refused.code, "no trained model" in refused.err) == (1, True)
    parent = json.loads(run("train", "-c", str(file), "--json").out)
    child = json.loads(run("train", "-c", str(file), "--continue", "--json").out)
    assert child["continues"] == parent["model_id"] != child["model_id"]
    ran = run("train", "-c", str(file), "--continue", "--final", "-q")
    assert f"continued from {child['model_id']}" in ran.out
    refused = run("train", "-c", str(file), "--continue", "--set", "model.tower=joined")
    assert refused.code == 1
    assert "model.tower: the model has sum, given joined." in refused.err
