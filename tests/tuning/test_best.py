"""The config that tuning writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.tuning.best import best_config
from towhee_recsys.tuning.results import TrialResult

BEST = TrialResult(7, "complete", 0.5, 3, 1.0, {"training.learning_rate": 0.01, "model.tower": "joined"})


def written(tmp_path: Path, source, overrides=()) -> str:
    (tmp_path / "out").mkdir(exist_ok=True)
    text = best_config(source, overrides, tmp_path / "out", BEST, "ndcg@10")
    (tmp_path / "out" / "best.yaml").write_text(text, encoding="utf-8")
    return text


def test_it_extends_a_shipped_config_by_its_name(tmp_path):
    assert written(tmp_path, "sample") == (
        "# The best of `towhee-recsys tune`, trial 7: ndcg@10 0.5000 on validation data.\n"
        "version: 1\nextends: sample\ntraining: {learning_rate: 0.01}\nmodel: {tower: joined}\n"
    )
    config = load_config(str(tmp_path / "out" / "best.yaml"))
    expected = load_config("sample", **BEST.settings)
    assert config == expected


@pytest.mark.parametrize("name", ["my.yaml", "a b's: #1.yaml"])
def test_it_extends_a_file_from_its_own_folder(name, tmp_path, monkeypatch):
    (tmp_path / name).write_text("extends: sample\ntop_k: 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for source in (name, str(tmp_path / name), os.path.join("out", "..", name)):
        written(tmp_path, source)
        config = load_config(str(tmp_path / "out" / "best.yaml"))
        assert config == load_config("sample", top_k=3, **BEST.settings)


def test_overrides_that_change_what_was_tuned_are_written_without_secrets(tmp_path):
    overrides = ["training.epochs=5", "model.embedding_size=8", "dataset.name=mine", "dataset.path=data"]
    others = ["catalogue=redis://:secret@host/0", "milvus.access.token=secret", "top_k=4"]
    text = written(tmp_path, "sample", [*overrides, *others, "training.learning_rate=1"])
    assert "secret" not in text
    config = load_config(str(tmp_path / "out" / "best.yaml"))
    assert config == load_config("sample", overrides=overrides, **BEST.settings)


def test_of_a_loaded_config_all_is_written(tmp_path):
    config = load_config("sample", top_k=3)
    written(tmp_path, config)
    assert load_config(str(tmp_path / "out" / "best.yaml")) == load_config(config, **BEST.settings)


def test_the_secrets_of_a_config_from_python_are_not_written(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN", "s3cret")
    config = load_config("sample", catalogue="redis://:s3cret@host/0", history="redis://:${env:TOKEN}@host/1")
    access = {"user": "me", "password": "s3cret"}
    text = written(tmp_path, load_config(config, milvus={"uri": "http://localhost:19530", "access": access}))
    assert "s3cret" not in text
    assert "history: redis://:${env:TOKEN}@host/1" in text
