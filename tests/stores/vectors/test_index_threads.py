"""Searches and builds from several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from towhee_recsys.stores.vectors import insert_live, open_index
from towhee_recsys.stores.vectors.versions import read_versions


def test_eight_threads_get_their_own_answers(index, units, indexed):
    items = units(40)
    indexed(index, items)

    def found(row):
        return [index.search(items[row : row + 1], 1)[0][0].id for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(found, range(40))) == [[row] * 10 for row in range(40)]


def test_searches_continue_while_new_indexes_are_published(index, units, indexed):
    items = units(20)
    indexed(index, items)
    done, searched = Event(), []

    def search():
        while not done.is_set():
            searched.append([hits[0].id for hits in index.search(items, 1)])

    with ThreadPoolExecutor(4) as pool:
        searching = [pool.submit(search) for _ in range(3)]
        try:
            for _ in range(4):
                indexed(index, items)
        finally:
            done.set()
        for each in searching:
            each.result()
    assert len(searched) > 20
    assert all(found == list(range(20)) for found in searched)


def test_a_search_that_finds_its_index_gone_asks_the_new_one(index, units, indexed):
    indexed(index, units(9))

    class Meanwhile(set):
        """Nothing to leave out; the search reads how much that is when it has already chosen its build."""

        def __len__(self):
            while any(each.model_id for each in index.versions().all):  # twice: the one before is kept
                indexed(index, units(9, seed=1, model=None))
            return 0

    [hits] = index.search(units(9, seed=1)[:1], 1, [Meanwhile()])
    assert [(hit.id, hit.score) for hit in hits] == [(0, pytest.approx(1, abs=1e-5))]


def test_two_collections_are_published_at_once(index, uri, units, indexed):
    indexes = [open_index(uri, f"{index.collection}_{number}") for number in range(4)]
    barrier = Barrier(4)

    def rebuild(each):
        for _ in range(3):
            barrier.wait()
            indexed(each, units(5))
        return each.record

    with ThreadPoolExecutor(4) as pool:
        records = list(pool.map(rebuild, indexes))
    assert [read_versions(each.store, each.collection).live for each in indexes] == records


def test_rows_are_inserted_alive_by_many_threads(index, units, indexed):
    items = units(40)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row: insert_live(index, [row], items[row : row + 1]), range(40)))
    alive = index.live()
    assert (alive.rows, alive.content_hash) == (40, indexed(index, items).content_hash)
