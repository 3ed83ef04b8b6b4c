"""Vectors that were read are kept, and never answered with once anything has changed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tests.stores.vectors.helpers import SharedStore, upsert
from tests.vectors import embeddings
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.embeddings import Embeddings, ModelRef
from towhee_recsys.stores.vectors import VectorIndex, delete_live, insert_live, rollback, vector_cache
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.search import search_build, search_request
from towhee_recsys.stores.vectors.vector_cache import VectorCache

ROWS = 30
STARS = Calibration(slope=2, intercept=3, lowest=-10, highest=10)


@pytest.fixture
def users(units):
    """Queries that bring along vectors to predict stars with."""
    return embeddings(units(3, seed=1), ModelRef("a" * 16, STARS), units(3, seed=2))


def stars(index, users, top_k=ROWS):
    """The predicted stars of every item found, by its id, for each user."""
    return [{hit.id: hit.predicted_rating for hit in hits} for hits in index.search(users, top_k)]


def expected(users, items):
    """The same by NumPy, of the items' vectors by id, or of those of the ids from 0."""
    items = dict(enumerate(items)) if isinstance(items, Embeddings) else items
    vectors = np.array([np.asarray(item) for item in items.values()], np.float64)
    cosines = vectors @ np.asarray(users.rating, np.float64).T
    return [dict(zip(items, map(near, 3 + 2 * column), strict=True)) for column in cosines.T]


def near(number):
    return pytest.approx(number, abs=1e-5)


def test_a_second_search_reads_no_vector(index, units, indexed, users):
    record = indexed(index, units(ROWS))
    first = stars(index, users)
    if index.store.shared:
        time.sleep(vector_cache.LAG)
        first = stars(index, users)
    assert first == expected(users, units(ROWS))
    upsert(index, record.build, range(ROWS), units(ROWS, seed=9))  # without the index
    assert stars(index, users) == first


def test_stars_are_those_of_what_is_there_now_after_each_change(index, units, indexed, users):
    items = dict(enumerate(units(ROWS)))
    indexed(index, units(ROWS))
    assert stars(index, users) == expected(users, items)
    for key, seed in [(3, 4), (3, 0), (ROWS, 5), (3, 6)]:  # replaced, replaced back, added, replaced
        vector = units(ROWS, seed=seed)[3:4]
        insert_live(index, [key], vector)
        items[key] = vector[0]
        assert stars(index, users, 100) == expected(users, items)
    delete_live(index, [3, 7])
    del items[3], items[7]
    assert stars(index, users, 100) == expected(users, items)
    insert_live(index, [7], units(1, seed=8))
    items[7] = units(1, seed=8)[0]
    assert stars(index, users, 100) == expected(users, items)


def test_stars_are_those_of_the_build_that_answers(index, units, indexed, users):
    for seed in (0, 7, 0):
        indexed(index, units(ROWS, seed=seed))
        assert stars(index, users) == expected(users, units(ROWS, seed=seed))
    rollback(index)
    assert stars(index, users) == expected(users, units(ROWS, seed=7))
    indexed(index, units(ROWS, seed=3, model="b"))
    assert stars(index, users) == expected(users, units(ROWS, seed=7))


def test_what_changes_while_others_search_is_right_afterwards(index, units, indexed, users):
    indexed(index, units(ROWS))
    with ThreadPoolExecutor(4) as pool:
        for seed in (3, 0, 5, 0):
            searching = [pool.submit(stars, index, users) for _ in range(8)]
            insert_live(index, range(ROWS), units(ROWS, seed=seed))
            assert stars(index, users) == expected(users, units(ROWS, seed=seed))
            assert all(len(each) == ROWS for job in searching for each in job.result())


@pytest.mark.parametrize("rows", [1, 5, ROWS])
def test_no_more_are_kept_than_may_be(index, units, indexed, users, rows, monkeypatch):
    monkeypatch.setattr(vector_cache, "CACHE_BYTES", rows * 8 * 4)
    monkeypatch.setattr(vector_cache, "LAG", 0)
    record = indexed(index, units(ROWS))
    known = VectorCache(index.store, record)
    with ThreadPoolExecutor(4) as pool:
        for ids in ([0, 1], [1, 2, 3, 4], range(ROWS), [], [5]):
            for read in pool.map(known.vectors, [set(ids)] * 4):
                assert {key: vector.tolist() for key, vector in read.items()} == {
                    key: units(ROWS).search[key].tolist() for key in ids
                }
            assert len(known) <= rows
    assert stars(index, users) == expected(users, units(ROWS))


def test_what_a_shared_store_may_give_from_before_the_record_is_not_kept(units, indexed, monkeypatch):
    monkeypatch.setattr(vector_cache, "LAG", 0.2)
    index = VectorIndex(SharedStore(), "items")
    known = VectorCache(index.store, indexed(index, units(ROWS)))
    known.vectors({0, 1})
    assert len(known) == 0
    time.sleep(vector_cache.LAG)
    known.vectors({0, 1})
    assert len(known) == 2


def test_an_item_that_is_deleted_before_its_vector_is_read_is_left_out(index, units, indexed, users):
    smaller, whole = indexed(index, units(ROWS)[:20]), indexed(index, units(ROWS))
    known = VectorCache(index.store, smaller)
    for hits in search_build(whole, known, search_request(users, ROWS, None, None), EXACT):
        assert sorted(hit.id for hit in hits) == list(range(20))
        assert all(hit.predicted_rating is not None for hit in hits)


def test_the_vectors_of_a_build_are_read_by_its_name(index, units, indexed):
    """Also of a kept build, and without the ids that it lacks."""
    first = indexed(index, units(ROWS))
    second = indexed(index, units(ROWS, seed=3, model="b"))
    for record, vectors in ((first, units(ROWS)), (second, units(ROWS, seed=3))):
        found = index.vectors([4, 7, ROWS + 1], record.build)
        assert sorted(found) == [4, 7]
        assert found[7] == pytest.approx(np.asarray(vectors[7]), abs=1e-6)
    with pytest.raises(IndexMismatchError, match=r"items__gone is gone: .*towhee-recsys index"):
        index.vectors([4], "items__gone")
