"""A dataset that is kept is the one that was read; what is damaged, of other content or not writable is read again."""

from __future__ import annotations

import logging
import os
import shutil
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.data.table.conftest import EXPLICIT, ITEM_COLUMNS, ITEMS, USERS
from tests.declarations import schema
from tests.interactions import same
from towhee_recsys.config import load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.data.cache import SMALLEST, keep_dataset, key_of, load_dataset
from towhee_recsys.data.cache.keep import ABANDONED, MOST_KEPT

KEYS = [f"{number:032x}" for number in range(MOST_KEPT + 2)]


def assert_equal(one: Dataset, other: Dataset) -> None:
    for field in fields(Dataset):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, pd.DataFrame):
            pd.testing.assert_frame_equal(a, b)
            assert [[*map(type, a[name])] for name in a] == [[*map(type, b[name])] for name in b]
        elif field.name == "interactions":
            assert same(a, b)
        else:
            assert (type(a), a) == (type(b), b)


@pytest.fixture
def small(tmp_path) -> Dataset:
    """A small dataset with every kind of column, gaps, and bad rows."""
    (tmp_path / "i.csv").write_text(ITEMS + "A1,again,,,,\nA4,é,3,,a|b|c,\n")
    (tmp_path / "u.csv").write_text(USERS)
    (tmp_path / "r.csv").write_text("customer,sku,stars,at\nc1,A1,5,100\nc9,A1,5,1\nc2,A4,0.5,2\n")
    return read_dataset(
        schema(
            name="shop",
            path=str(tmp_path),
            strict=False,
            max_bad_share=0.5,
            items={"path": "i.csv", **ITEM_COLUMNS},
            users={"path": "u.csv", "id": "customer"},
            interactions={"path": "r.csv", **EXPLICIT, "between": {"value": [1, 5]}},
        )
    )


def test_parts_in_which_interactions_come_are_kept(small, tmp_path):
    numbers = np.arange(len(small.interactions), dtype=np.int8)
    split = replace(small, interactions=replace(small.interactions, parts=numbers))
    keep_dataset(split, tmp_path / "kept" / KEYS[0])
    assert_equal(load_dataset(tmp_path / "kept" / KEYS[0], small.schema), split)


def test_a_kept_dataset_is_the_one_that_was_read(small, tmp_path, caplog):
    assert small.bad_rows.total() == 2
    assert small.removed.total() == 1
    keep_dataset(small, folder := tmp_path / "cache" / KEYS[0])
    caplog.clear()
    found = load_dataset(folder, small.schema)
    assert_equal(found, small)
    assert tuple(caplog.messages) == small.warnings
    assert len(small.warnings) == 2
    assert [each.name for each in folder.parent.iterdir()] == [KEYS[0]]


def test_movielens_too(tmp_path):
    sample = read_dataset(schema(name="sample"))
    keep_dataset(sample, folder := tmp_path / KEYS[0])
    assert_equal(load_dataset(folder, sample.schema), sample)


def test_empty_lists_and_columns_without_any_value(tmp_path):
    frame = pd.DataFrame({"sku": ["a", "b"], "tags": [[], []], "size": ["", ""]})
    config = load_config(
        dataset={"items": {"lists": {"tags": "|"}}, "interactions": {"user": "u", "item": "sku"}},
        tables={"items": frame, "interactions": pd.DataFrame({"u": [1], "sku": ["a"]})},
    )
    dataset = read_dataset(config.dataset)
    keep_dataset(dataset, folder := tmp_path / KEYS[0])
    assert_equal(load_dataset(folder, dataset.schema), dataset)


def test_nothing_is_kept_of_columns_that_files_do_not_have(small, tmp_path, caplog):
    caplog.set_level(logging.INFO, "towhee_recsys.data")
    small.users["since"] = pd.to_datetime(["2024-01-01", None])
    keep_dataset(small, folder := tmp_path / "cache" / KEYS[0])
    assert not list(folder.parent.iterdir())
    assert "not kept" in caplog.text


def test_a_folder_that_cannot_be_opened_is_passed_over(small, tmp_path):
    folder = tmp_path / ("x" * 300) / KEYS[0]
    assert load_dataset(folder, small.schema) is None
    keep_dataset(small, folder)
    assert load_dataset(folder, small.schema) is None


@pytest.mark.parametrize("name", ["users.arrow", "items.arrow", "interactions.arrow", "dataset.json"])
@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "missing"])
def test_a_damaged_one_is_not_loaded(small, tmp_path, caplog, name, damage):
    caplog.set_level(logging.INFO, "towhee_recsys.data")
    keep_dataset(small, folder := tmp_path / "cache" / KEYS[0])
    file, content = folder / name, (folder / name).read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        changed = bytearray(content)
        changed[len(content) // 2] ^= 1
        file.write_bytes({"cut": content[:-5], "changed": bytes(changed), "empty": b""}[damage])
    assert load_dataset(folder, small.schema) is None
    if (name, damage) != ("dataset.json", "missing"):
        assert str(folder) in caplog.text
        assert "read again" in caplog.text
    keep_dataset(small, folder)
    assert_equal(load_dataset(folder, small.schema), small)


def test_those_that_were_used_last_are_kept(small, tmp_path):
    for number, key in enumerate(KEYS[:-1]):
        keep_dataset(small, tmp_path / key)
        os.utime(tmp_path / key, (1000 + number, 1000 + number))
    assert load_dataset(tmp_path / KEYS[1], small.schema)
    mine, abandoned, running = tmp_path / "mine", tmp_path / f".{KEYS[0]}.1-1", tmp_path / f".{KEYS[0]}.2-2"
    for folder in (mine, abandoned, running):
        folder.mkdir()
    os.utime(abandoned, (time.time() - 2 * ABANDONED,) * 2)
    keep_dataset(small, tmp_path / KEYS[-1])
    kept = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert kept == {KEYS[1], KEYS[-2], KEYS[-1], "mine", running.name}


def test_a_folder_that_cannot_be_written(small, tmp_path, caplog):
    caplog.set_level(logging.INFO, "towhee_recsys.data")
    (tmp_path / "file").write_text("")
    keep_dataset(small, tmp_path / "file" / KEYS[0])
    assert "not kept" in caplog.text
    assert str(tmp_path / "file") in caplog.text


def test_the_key_is_of_all_that_changes_what_is_read(small):
    declared = small.schema
    key = key_of(declared, "f")
    assert key == key_of(declared.model_copy(update={"name": "x", "cache": None, "download": True}), "f")
    assert key != key_of(declared, "g")
    for change in ({"strict": True}, {"max_bad_share": 0.2}, {"encoding": "latin-1"}):
        assert key != key_of(declared.model_copy(update=change), "f")
    without = declared.interactions.model_copy(update={"time": None})
    assert key != key_of(declared.model_copy(update={"interactions": without}), "f")


@pytest.fixture(scope="module")
def large(tmp_path_factory) -> Path:
    """A folder with a table of so many interactions that they are kept."""
    rows = np.arange(SMALLEST)
    folder = tmp_path_factory.mktemp("large")
    pd.DataFrame({"user": rows // 100, "item": rows % 100, "n": 1 + rows % 3}).to_csv(folder / "r.csv", index=False)
    return folder


@pytest.fixture
def declared(large, tmp_path):
    """The declaration of a copy of these interactions, and the folder where they are kept."""
    shutil.copy(large / "r.csv", tmp_path / "r.csv")

    def declared(cache=str(tmp_path / "cache"), **section):
        interactions = {"path": "r.csv", "user": "user", "item": "item", "count": "n"}
        return schema(name="x", path=str(tmp_path), interactions=interactions | section, cache=cache)

    return declared


def test_a_large_dataset_is_read_once(declared, tmp_path):
    first = read_dataset(declared())
    [kept] = (tmp_path / "cache").iterdir()
    second = read_dataset(declared())
    assert_equal(second, first)
    assert not second.interactions.values.flags.writeable, "it is mapped, not read"
    (kept / "interactions.arrow").write_bytes(b"")
    third = read_dataset(declared())
    assert third.interactions.values.flags.writeable
    assert_equal(third, first)
    assert not read_dataset(declared()).interactions.values.flags.writeable, "it has been kept again"


def test_changed_content_and_declarations_are_read_anew(declared, tmp_path):
    read_dataset(declared())
    with (tmp_path / "r.csv").open("a") as file:
        file.write("5000,1,1\n")
    assert len(read_dataset(declared()).interactions) == SMALLEST + 1
    assert len(read_dataset(declared(min_interactions={"user": 2})).interactions) == SMALLEST
    assert len(list((tmp_path / "cache").iterdir())) == 3


def test_nothing_is_kept_where_that_is_off_or_the_dataset_is_small(declared, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    read_dataset(declared(cache=False))
    read_dataset(declared(cache="cache", between={"value": [1, 2]}))
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


def test_by_default_it_is_beside_the_model(tmp_path):
    dataset = {"name": "my shop", "interactions": {"path": "r.csv", "user": "u", "item": "i"}}
    config = load_config(dataset=dataset)
    assert Path(config.dataset.cache).parent == Path(config.model.dir).parent
    assert load_config(dataset=dataset | {"cache": False}).dataset.cache is None
    assert load_config(dataset=dataset | {"cache": True}).dataset.cache == config.dataset.cache
    assert load_config(dataset=dataset | {"cache": "~/x"}).dataset.cache == str(Path("~/x").expanduser())
