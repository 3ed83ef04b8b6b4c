from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from towhee_recsys.config import Config, load_config, without_locations
from towhee_recsys.config.features import Features
from towhee_recsys.features import IdFeature


def test_nothing_given_means_all_defaults(monkeypatch):
    monkeypatch.setenv("TOWHEE_RECSYS_HOME", "home")
    completed = {"dataset", "features", "objective"}
    assert without_locations(load_config()).model_dump(exclude=completed) == Config().model_dump(exclude=completed)


def test_a_config_is_frozen():
    with pytest.raises(ValidationError):
        load_config("sample").top_k = 3  # type: ignore[misc]


def test_a_config_is_a_source_too():
    config = load_config("sample", top_k=3)
    assert load_config(config) == config
    assert load_config(config, top_k=4) == load_config("sample", top_k=4)


def test_a_part_of_a_config_can_be_a_model():
    features = Features(user=[IdFeature(column="user_id", size=9)], item=[IdFeature(column="movie_id", size=9)])
    assert load_config("sample", features=features).features == features


def test_a_path_object_is_a_text():
    assert load_config("sample", dataset={"path": Path("data")}).dataset.path == "data"


def test_a_whole_number_is_a_number():
    assert load_config(training={"learning_rate": 1}).training.learning_rate == 1.0


def test_importing_the_config_loads_nothing_heavy():
    heavy = ["paddle", "towhee", "pymilvus", "pandas", "matplotlib"]  # features compute with numpy
    code = f"import sys, towhee_recsys.config; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
