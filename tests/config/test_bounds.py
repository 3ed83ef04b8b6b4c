"""Settings that no memory and no file system could serve are refused when the config is read."""

from __future__ import annotations

import pytest

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config
from towhee_recsys.errors import BundleError, ConfigError, StoreError
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.stores.vectors import open_store

BILLION = 10**9


@pytest.mark.parametrize("key", ["milvus.uri", "catalogue", "model.dir", "dataset.path", "dataset.interactions.path"])
def test_a_nul_in_a_text(key):
    with pytest.raises(ConfigError, match=f"{key}: the text has a NUL character; write it without one"):
        load_config("sample", **{key: "sqlite:///a\0b.db"})


@pytest.mark.parametrize("root", ["/", "//", "/tmp/.."])
def test_the_root_of_the_file_system_is_no_folder_for_a_model(root):
    with pytest.raises(ConfigError, match=f"model.dir: {root} is the root of the file system; name a folder"):
        load_config("sample", **{"model.dir": root})


@pytest.mark.parametrize(
    ("feature", "key", "accepted"),
    [
        ({"kind": "text", "column": "title", "length": BILLION}, "length", "from 1 to 1024"),
        ({"kind": "text", "column": "title", "filters": BILLION}, "filters", "from 1 to 4096"),
        ({"kind": "text", "column": "title", "window": BILLION}, "window", "from 1 to 64"),
        ({"kind": "text", "column": "title", "size": BILLION}, "size", "from 1 to 4096"),
        ({"kind": "number", "column": "year", "knots": BILLION}, "knots", "from 2 to 4096"),
        ({"kind": "number", "column": "year", "size": BILLION}, "size", "from 1 to 4096"),
        ({"kind": "id", "column": "movie_id", "size": BILLION}, "size", "from 1 to 4096"),
        ({"kind": "category", "column": "year", "size": BILLION}, "size", "from 1 to 4096"),
        ({"kind": "categories", "column": "genres", "size": BILLION}, "size", "from 1 to 4096"),
    ],
)
def test_sizes_that_no_memory_holds(feature, key, accepted):
    with pytest.raises(ConfigError) as raised:
        load_config("sample", features={"item": [feature]})
    assert f"features.item[0].{key}: given {BILLION}, accepted: a whole number {accepted}" in str(raised.value)


@pytest.mark.parametrize(("key", "accepted"), [("length", "from 1 to 4096"), ("size", "from 1 to 4096")])
def test_sizes_of_a_history_that_no_memory_holds(key, accepted):
    with pytest.raises(ConfigError) as raised:
        load_config("sample", features={"user": [{"kind": "history", key: BILLION}]})
    assert f"features.user[0].{key}: given {BILLION}, accepted: a whole number {accepted}" in str(raised.value)


@pytest.mark.parametrize(
    ("error", "use"),
    [
        (BundleError, lambda: load_bundle("a\0b")),
        (StoreError, lambda: parse_url("sqlite:///a\0b/c.sqlite", "catalogue")),
        (StoreError, lambda: open_store("a\0b/c.db")),
    ],
)
def test_a_nul_given_to_the_library_itself(error, use):
    with pytest.raises(error, match="NUL character; write it without one"):
        use()
