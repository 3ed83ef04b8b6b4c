"""The live build of one index becomes the live build of another, in another store."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.stores.vectors.helpers import SharedStore, nearest, upsert
from towhee_recsys.config.milvus import ServerConfig
from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.stores.vectors import (
    VectorIndex,
    builds,
    copy_live_build,
    copying,
    delete_live,
    insert,
    insert_live,
    open_index,
    publish,
    start_build,
)
from towhee_recsys.stores.vectors.rows import content_hash, hashes

MODEL = "a" * 16
FIELDS = {"price": "number", "brand": "text", "tags": "texts"}
numbers = count()


@pytest.fixture
def target(index):
    """An index of the same name in another store, which other processes share."""
    return VectorIndex(SharedStore("memory://target"), index.collection)


@pytest.fixture(autouse=True)
def few_rows_at_a_time(monkeypatch):
    monkeypatch.setattr(copying, "READ_AT_ONCE", 4)


def published(index, vectors, ids=None, fields=FIELDS):
    """A live build with fields."""
    ids = list(range(len(vectors)) if ids is None else ids)
    values = {
        "price": [float(row) if row % 3 else None for row in range(len(ids))],
        "brand": ['Ahorn "b"\n'] * len(ids),
        "tags": [["a", "b"][: row % 3] for row in range(len(ids))],
    }
    build = start_build(
        index, MODEL, vectors.shape[1], fields=fields, id_type="text" if isinstance(ids[0], str) else "int"
    )
    return publish(index, [insert(index, build, ids, vectors, {name: values[name] for name in fields})])


def held(index, record):
    rows = index.store.rows(record.build, index.store.ids(record.build))
    return sorted(hashes(rows).tolist())


@pytest.mark.parametrize("ids", [range(10), [f"item {row}" for row in range(10)]], ids=["int", "text"])
def test_the_copy_is_the_same_build_and_the_source_is_as_it_was(index, target, units, ids):
    record = published(index, units(10), list(ids))
    copied = copy_live_build(index, target)
    assert copied == record == index.live() == target.live()
    assert held(target, copied) == held(index, record)
    assert copied.content_hash == content_hash(np.array(held(target, copied), np.uint64))
    assert nearest(target, units(10)) == list(ids)
    assert not [each for each in target.store._records if each["collection"] != index.collection], "no lease is left"


def test_an_empty_index(index, target, units):
    record = published(index, units(1))
    delete_live(index, [0])
    assert copy_live_build(index, target) == replace(record, rows=0, content_hash=content_hash([]))


def test_an_unfinished_copy_is_resumed(index, target, units, monkeypatch):
    record = published(index, units(10))
    written, write = [], SharedStore.upsert

    def broken(store, name, rows):
        if len(written) == 2:
            raise StoreError("the connection is lost")
        written.append(len(rows))
        write(store, name, rows)

    with monkeypatch.context() as patched:
        patched.setattr(SharedStore, "upsert", broken)
        with pytest.raises(StoreError, match="the connection is lost"):
            copy_live_build(index, target)
    assert [(each.name, each.rows, each.live) for each in builds(target)] == [(record.build, 8, False)]
    assert index.live() == record
    written.clear()
    monkeypatch.setattr(
        SharedStore, "upsert", lambda store, name, rows: (written.append(len(rows)), write(store, name, rows))
    )
    assert copy_live_build(index, target) == record
    assert sum(written) == 2


def test_a_copy_that_is_live_gets_what_has_changed(index, target, units):
    published(index, units(10))
    copy_live_build(index, target)
    insert_live(index, [3, 77], units(2, seed=9), fields={"brand": ["x", "y"]})
    delete_live(index, [0, 5])
    assert copy_live_build(index, target) == index.live() == target.live()
    assert held(target, target.live()) == held(index, index.live())
    assert nearest(target, units(2, seed=9)) == [3, 77]
    assert copy_live_build(index, target) == index.live(), "and nothing where nothing has"


def test_a_newer_build_replaces_the_copy_of_an_older_one(index, target, units):
    first = published(index, units(10))
    copy_live_build(index, target)
    second = published(index, units(12, seed=1))
    assert copy_live_build(index, target) == second
    assert {each.name for each in builds(target)} == {first.build, second.build}


def test_an_index_of_its_own_is_not_replaced(index, target, units):
    published(index, units(10))
    own = published(target, units(3))
    with pytest.raises(IndexMismatchError) as raised:
        copy_live_build(index, target)
    for fact in (own.build, "memory://target", "nothing was changed", "Copy to another Milvus"):
        assert fact in str(raised.value)
    assert target.live() == own


def test_an_index_that_changes_meanwhile_is_copied_by_the_same_call_again(index, target, units, monkeypatch):
    published(index, units(10))
    read = copying._rows

    def changing(source, record, ids):
        yield from read(source, record, ids)
        insert_live(index, [77], units(1, seed=9))

    with monkeypatch.context() as patched:
        patched.setattr(copying, "_rows", changing)
        with pytest.raises(IndexMismatchError) as raised:
            copy_live_build(index, target)
    for fact in (index.store.where, "has changed", "not live yet", "Run the same command again"):
        assert fact in str(raised.value)
    assert target.versions(newest=True).live is None
    assert copy_live_build(index, target) == index.live()


def test_rows_that_are_not_as_recorded_do_not_go_live(index, target, units):
    record = published(index, units(10), fields={})
    upsert(index, record.build, [4], units(1, seed=9))
    with pytest.raises(IndexMismatchError) as raised:
        copy_live_build(index, target)
    for fact in (record.build, record.content_hash, "is not live", "Index again"):
        assert fact in str(raised.value)
    assert target.versions(newest=True).live is None
    assert index.live() == record


def test_where_there_is_no_index_there_is_no_copy(index, target):
    with pytest.raises(IndexMismatchError, match="holds no index yet"):
        copy_live_build(index, target)
    assert target.store.names() == []


def test_the_partition_key_of_the_copy_is_a_field_of_texts(index, target, units):
    published(index, units(3))
    with pytest.raises(QueryError, match="partition_key: given 'price', accepted: a filter column of texts"):
        copy_live_build(index, target, server=ServerConfig(partition_key="price"))


def test_another_process_that_indexes_there_is_not_disturbed(index, target, units):
    published(index, units(3))
    start_build(VectorIndex(target.store, target.collection), MODEL, 8)
    with pytest.raises(StoreError, match="has been indexing"):
        copy_live_build(index, target)


def test_from_a_file_to_a_file(units, tmp_path):
    source, target = (open_index(str(tmp_path / name), "items") for name in ("old.db", "new.db"))
    record = published(source, units(10))
    assert copy_live_build(source, target) == record == target.live()
    delete_live(source, [0])
    assert copy_live_build(source, target) == source.live() == target.live()
    assert held(target, target.live()) == held(source, source.live())
