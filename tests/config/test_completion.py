from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

import towhee_recsys
from towhee_recsys.config import load_config


def test_the_sample_lies_in_the_package():
    folder = Path(load_config("sample").dataset.path)
    assert folder == Path(towhee_recsys.__file__).parent / "data" / "sample"


def test_movielens_lies_in_the_cache_folder(monkeypatch):
    monkeypatch.delenv("TOWHEE_RECSYS_HOME", raising=False)
    assert load_config().dataset.path == str(Path(platformdirs.user_cache_dir("towhee_recsys")) / "ml-1m")
    monkeypatch.setenv("TOWHEE_RECSYS_HOME", str(Path("~/home")))
    assert load_config().dataset.path == str(Path("~/home/ml-1m").expanduser())


@pytest.mark.parametrize("name", ["ml-1m", "sample", "shop"])
def test_a_path_that_is_given_stays(name):
    assert load_config(dataset={"name": name, "path": "data/x"}).dataset.path == "data/x"


def test_a_dataset_of_one_s_own_needs_a_path(write, refused):
    file = write("shop.yaml", "top_k: 3\ndataset:\n  name: ml1m\n")
    message = refused(file)
    assert message.startswith("shop.yaml:3: dataset.path: missing")
    for fact in ("'ml1m'", "movies.dat, users.dat and ratings.dat", "interactions: {path:", "Did you mean 'ml-1m'?"):
        assert fact in message


@pytest.mark.parametrize(("name", "strict"), [("ml-1m", True), ("sample", True), ("shop", False)])
def test_strict_follows_the_name_unless_it_is_given(name, strict):
    assert load_config(dataset={"name": name, "path": "x"}).dataset.strict is strict
    assert load_config(dataset={"name": name, "path": "x", "strict": not strict}).dataset.strict is not strict


def test_home_is_written_out():
    config = load_config(dataset={"path": "~/data"}, model={"dir": "~/model"}, milvus={"uri": "~/movies.db"})
    home = os.path.expanduser("~")
    assert (config.dataset.path, config.model.dir) == (f"{home}/data", f"{home}/model")
    assert config.milvus.uri == f"{home}/movies.db"
    assert load_config(**{"milvus.uri": "http://host/~me"}).milvus.uri == "http://host/~me"


def test_an_id_that_is_the_title_is_one_feature() -> None:
    tables = {"interactions": {"path": "plays.csv", "user": "listener", "item": "song", "count": "plays"}}
    config = load_config(
        dataset={"name": "songs", **tables, "items": {"path": "songs.csv", "id": "name", "title": "name"}}
    )
    assert [(feature.kind, feature.column) for feature in config.features.item] == [("id", "name")]


@pytest.mark.parametrize(
    ("declared", "kind"),
    [({"codes": {"name": {"names": {1: "one"}}}}, "category"), ({"lists": {"name": "|"}}, "categories")],
)
def test_a_title_with_codes_or_lists_is_one_feature(declared, kind) -> None:
    tables = {"interactions": {"path": "plays.csv", "user": "listener", "item": "song"}}
    config = load_config(
        dataset={"name": "songs", **tables, "items": {"path": "songs.csv", "id": "song", "title": "name", **declared}}
    )
    assert [(feature.kind, feature.column) for feature in config.features.item] == [("id", "song"), (kind, "name")]


def test_a_column_holds_a_code_or_a_list(write, refused):
    lines = "dataset:\n  users:\n    path: a.csv\n    codes: {x: {names: {1: one}}}\n    lists: {x: '|'}\n"
    message = refused(write("shop.yaml", lines))
    assert message.startswith("shop.yaml:2: dataset.users: 'x' is in codes and in lists")


def test_an_item_id_named_by_the_interactions_alone_is_not_reserved(write, refused):
    lines = "dataset:\n  interactions:\n    path: orders.csv\n    user: customer\n    item: rank\n"
    message = refused(write("shop.yaml", lines))
    assert message.startswith("shop.yaml:5: dataset.interactions.item: given 'rank'")
    assert "rank, score, predicted_rating" in message


@pytest.mark.parametrize(("side", "column", "own"), [("user", "occupation", "user_id"), ("item", "title", "movie_id")])
def test_a_feature_of_kind_id_has_the_id_column_of_its_table(write, refused, side, column, own):
    file = write("c.yaml", f"features:\n  {side}:\n    - kind: id\n      column: {column}\n")
    message = refused(file)
    assert message.startswith(f"c.yaml:4: features.{side}[0].column: given {column!r}")
    for fact in ("kind id", f"accepted: {own!r}", f"dataset.{side}s.id", "category"):
        assert fact in message
