"""What every vector store does with builds: what there is, the way back, and what goes; the catalogue along with it."""

from __future__ import annotations

import re

import pytest

from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import builds, gc, insert, insert_live, open_index, publish, rollback, start_build


@pytest.fixture
def catalogue(tmp_path):
    return open_catalogue(f"sqlite:///{tmp_path / 'movies.sqlite'}")


@pytest.fixture
def written(index, units, catalogue):
    """A build of a model and its facts, not live yet."""

    def written(model, rows=5, facts=None):
        build = start_build(index, model * 16, 8)
        receipt = insert(index, build, range(rows), units(rows, model=model))
        catalogue.write([(key, item(key, model)) for key in range(rows if facts is None else facts)], build)
        return receipt

    return written


@pytest.fixture
def indexed(index, catalogue, written):
    """Makes a model's items the live index and catalogue."""
    return lambda model, rows=5: publish(index, [written(model, rows)], catalogue)


def item(key, model):
    return {"movie_id": key, "title": f"{model} {key}", "year": 1999, "genres": []}


def facts_of(catalogue, record):
    return [facts and facts["title"] for facts in catalogue.get([0, 1], record.build)]


def names(index):
    return [build.name for build in builds(index)]


def test_builds_tell_what_there_is(index, indexed, written):
    assert builds(index) == []
    first, second, third = indexed("a", 3), indexed("b", 4), written("c", 5)
    listed = [(each.name, each.model_id, each.rows, each.published, each.live) for each in builds(index)]
    assert listed == [
        (second.build, "b" * 16, 4, second.published, True),
        (first.build, "a" * 16, 3, first.published, False),
        (third.build, "c" * 16, 5, None, False),
    ]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", second.published)
    assert first.published < second.published


def test_a_build_of_no_known_model_is_reported(index):
    start_build(index, None, 8)
    [build] = builds(index)
    assert (build.model_id, build.rows, build.published) == (None, 0, None)


def test_facts_are_those_of_their_build(index, catalogue, indexed):
    first, second = indexed("a"), indexed("b")
    assert facts_of(catalogue, second) == ["b 0", "b 1"]
    assert facts_of(catalogue, first) == ["a 0", "a 1"]  # for queries that are under way
    indexed("c")
    assert first.build not in catalogue.versions(index.collection)


def test_a_catalogue_that_lacks_items_stops_the_switch(index, catalogue, indexed, written):
    record, receipt = indexed("a"), written("b", 5, facts=3)
    message = f"the catalogue has 3 of the 5 items of {receipt.build}. The live index is as it was; index again."
    with pytest.raises(IndexMismatchError, match=f"^{re.escape(message)}$"):
        publish(index, [receipt], catalogue)
    assert index.live() == record


def test_back_to_the_build_before(index, catalogue, indexed, units):
    first, second = indexed("a", 4), indexed("b", 5)
    assert rollback(index, catalogue) == index.live(units(1).model) == first
    assert names(index) == [first.build, second.build]
    assert index.search(units(1, model="b"), 1)[0][0].build == second.build  # queries that are under way


def test_there_is_one_step_back(index, catalogue, indexed):
    record = indexed("a")
    message = (
        f"the index {index.collection!r} keeps no build older than the live one, so there is nothing to go back to. "
        "`towhee-recsys index --list` shows what there is; to change the index, index again."
    )
    for _ in range(2):
        with pytest.raises(IndexMismatchError, match=f"^{re.escape(message)}$"):
            rollback(index, catalogue)
        assert index.live() == record
        if index.record == record:
            indexed("b")
            rollback(index, catalogue)


def test_nothing_is_no_index_to_go_back_from(index):
    with pytest.raises(IndexMismatchError, match="keeps no build older than the live one"):
        rollback(index)


def test_indexing_after_the_way_back_keeps_what_was_live(index, indexed, catalogue):
    first, _ = indexed("a"), indexed("b")
    rollback(index, catalogue)
    third = indexed("c")
    assert names(index) == [third.build, first.build]
    assert rollback(index, catalogue) == first


def test_rows_that_came_later_are_there_after_the_way_back_and_forth(index, indexed, units, catalogue):
    indexed("a")
    insert_live(index, [70], units(1, seed=7, model="a"))
    indexed("b")
    assert rollback(index).rows == 6
    assert index.search(units(1, seed=7), 1)[0][0].id == 70


def test_a_rollback_to_an_incomplete_build_is_refused(index, indexed, catalogue):
    first, second = indexed("a", 5), indexed("b")
    index.store.delete(first.build, [1])
    with pytest.raises(IndexMismatchError, match=r"has 4 rows, but 5 were written\. The live index is as it was"):
        rollback(index, catalogue)
    index.store.drop(first.build)
    with pytest.raises(IndexMismatchError, match=f"{first.build} of the index '{index.collection}' is gone"):
        rollback(index, catalogue)
    assert index.live() == second


def test_a_catalogue_without_that_version_stops_the_way_back(index, indexed, catalogue):
    first, second = indexed("a"), indexed("b")
    catalogue.drop(first.build)
    with pytest.raises(IndexMismatchError, match=f"the catalogue has 0 of the 5 items of {first.build}"):
        rollback(index, catalogue)
    assert index.live() == second


def test_gc_leaves_the_live_build_and_those_to_keep(index, catalogue, indexed, written):
    first, second, third = indexed("a"), indexed("b"), written("c")
    assert gc(index, 2, [catalogue]) == [third.build]
    assert names(index) == catalogue.versions(index.collection)[::-1] == [second.build, first.build]
    assert gc(index, 1, [catalogue]) == [first.build]
    assert names(index) == catalogue.versions(index.collection) == [second.build]
    assert gc(index, 1, [catalogue]) == []
    assert index.live() == second
    with pytest.raises(IndexMismatchError, match="keeps no build older"):
        rollback(index)


def test_gc_after_the_way_back_keeps_what_is_live(index, catalogue, indexed):
    first, second = indexed("a"), indexed("b")
    rollback(index, catalogue)
    assert gc(index, 1, [catalogue]) == [second.build]
    assert index.live() == first
    assert facts_of(catalogue, first) == ["a 0", "a 1"]


def test_gc_where_nothing_ever_went_live_leaves_nothing(index, catalogue, written):
    receipt = written("a")
    assert gc(index, 3, [catalogue]) == [receipt.build]
    assert builds(index) == catalogue.versions(index.collection) == []


def test_gc_leaves_other_indexes_alone(index, uri, indexed, catalogue):
    other = open_index(uri, f"{index.collection}_too")
    unfinished = start_build(other, "b" * 16, 4)
    catalogue.write([(1, item(1, "b"))], unfinished)
    indexed("a")
    assert gc(index, 1, [catalogue]) == []
    assert names(other) == catalogue.versions(other.collection) == [unfinished]


def test_two_indexes_of_one_name_share_a_catalogue(index, indexed, catalogue, tmp_path, units):
    """Their stores are two, the collection's name and the catalogue are one."""
    (tmp_path / "other").mkdir()
    record, other = indexed("a"), open_index(str(tmp_path / "other" / "other.db"), index.collection)
    for model in "bcd":
        build = start_build(other, model * 16, 8)
        receipt = insert(other, build, range(5), units(5, model=model))
        catalogue.write([(key, item(key, model)) for key in range(5)], build)
        theirs = publish(other, [receipt], catalogue)
        assert facts_of(catalogue, record) == ["a 0", "a 1"]
        assert facts_of(catalogue, theirs) == [f"{model} 0", f"{model} 1"]
    gc(other, 1, [catalogue])
    assert catalogue.versions(index.collection) == sorted([record.build, theirs.build])
    gc(index, 1, [catalogue])
    assert facts_of(catalogue, theirs) == ["d 0", "d 1"]


@pytest.mark.parametrize("keep", [0, -1, 1.5, "2", None, True])
def test_gc_keeps_the_live_build_at_least(index, indexed, keep):
    record = indexed("a")
    message = f"keep {keep!r} is not acceptable: give a whole number from 1, for the live build stays."
    with pytest.raises(QueryError, match=f"^{re.escape(message)}$"):
        gc(index, keep)
    assert names(index) == [record.build]


def test_a_catalogue_that_fails_leaves_the_live_index(index, indexed, written, catalogue, tmp_path):
    record, receipt = indexed("a"), written("b")
    (tmp_path / "closed").mkdir()
    closed = open_catalogue(f"sqlite:///{tmp_path / 'closed' / 'movies.sqlite'}")
    for file in (tmp_path / "closed").iterdir():
        file.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError):
        publish(index, [receipt], closed)
    assert index.live() == record
