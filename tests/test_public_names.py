"""The names that users' code, configs and commands rely on keep working; a change here is a change for all of them."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

import towhee_recsys
from towhee_recsys.config import Config, load_config

FUNCTIONS = (
    *("recommend_pipeline", "index_pipeline", "similar_pipeline", "add_pipeline", "load_pipeline"),
    *("load_config", "train", "evaluate", "tune", "recommend_frame"),
)
OPERATORS = (
    *("user_encoder", "movie_encoder", "read_movielens", "normalize", "milvus_insert", "milvus_search", "lookup"),
    *("item_encoder", "read_items", "catalogue_insert", "publish", "live_index"),
)
PIPELINES = ("index", "add", "recommend", "similar")
ANSWER = ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating", "predicted_rating_std"]
SETTINGS = ("dataset.path", "model.dir", "milvus.uri", "milvus.collection", "catalogue", "top_k", "seed")
COMMANDS = {
    "train": ["-c", "--set", "--json", "--final", "--fresh", "--continue"],
    "tune": ["-c", "--set", "--json", "--trials", "--timeout", "-o", "--fresh"],
    "index": ["-c", "--set", "--json", "--add", "--delete", "--list", "--rollback", "--gc"],
    "recommend": ["-u", "-k", "-i", "-c", "--with", "--liked", "--set", "--json"],
    "similar": ["-k", "-c", "--set", "--json"],
    "evaluate": ["-c", "--set", "--json", "--protocol", "--seeds", "--peers", "--report"],
    **{name: ["--json"] for name in ("compare", "run", "demo", "doctor", "validate", "prepare")},
    "schema": ["-o"],
}
MOVIELENS_FLAGS = ["-g", "-a", "-j"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_the_package(name: str) -> None:
    assert name in towhee_recsys.__all__
    assert inspect.isfunction(getattr(towhee_recsys, name))


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_of_towhee(name: str) -> None:
    from towhee import ops
    from towhee.runtime.operator_manager import OperatorRegistry

    assert OperatorRegistry.resolve(f"towhee-recsys/{name.replace('_', '-')}")
    assert getattr(ops.towhee_recsys, name)


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_of_towhee(name: str) -> None:
    from towhee import AutoPipes

    assert f"towhee_recsys/{name}" in AutoPipes._PIPES_DEF


def test_the_movie_operators_are_the_general_ones_under_the_tutorials_names() -> None:
    from towhee.runtime.operator_manager import OperatorRegistry

    for movie, general in (("movie-encoder", "item-encoder"), ("read-movielens", "read-items")):
        ours, theirs = (OperatorRegistry.resolve(f"towhee-recsys/{name}") for name in (movie, general))
        assert issubclass(ours, theirs)


def test_movielens_answers_have_their_columns(indexed_config: Config) -> None:
    from towhee_recsys import recommend_pipeline, similar_pipeline

    [items] = recommend_pipeline(indexed_config)({"gender": "F", "age": 25, "occupation": 12}).get()
    assert [list(item) for item in items] == [ANSWER] * 10
    [items] = similar_pipeline(indexed_config)({"movie_id": 5001}).get()
    assert [list(item) for item in items] == [ANSWER[:-2]] * 10
    assert json.loads(json.dumps(items)) == items


@pytest.mark.parametrize("key", SETTINGS)
def test_keys_of_a_config(key: str) -> None:
    value: Any = {"top_k": 3, "seed": 7}.get(key, "name")
    value = "sqlite:///name.sqlite" if key == "catalogue" else value
    found: Any = load_config("sample", **{key: value})
    for part in key.split("."):
        found = getattr(found, part)
    assert found == value


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_and_their_flags(name: str) -> None:
    from towhee_recsys.cli import commands

    flags = {flag for parameter in commands.commands[name].params for flag in parameter.opts}
    assert set(COMMANDS[name]) <= flags


def test_flags_that_movielens_declares() -> None:
    from towhee_recsys.cli.declared_flags import declared_options

    options = declared_options(load_config("sample")).values()
    assert set(MOVIELENS_FLAGS) <= {flag for option in options for flag in option.opts}
