"""What every vector store answers to a search."""

from __future__ import annotations

import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from tests.stores.vectors.helpers import milvus_only, upsert
from tests.vectors import embeddings
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.stores.vectors import EXACT, Hit, VectorIndex, open_index
from towhee_recsys.stores.vectors.memory import MemoryStore
from towhee_recsys.stores.vectors.milvus.nearest import Nearest, search_nearest

ROWS = 60


@pytest.fixture(scope="module")
def filled(uri, units, indexed):
    index = open_index(uri, "searched")
    indexed(index, units(ROWS, dim=16), range(100, 100 + ROWS))
    return index


@pytest.fixture
def queries(units):
    return units(5, dim=16, seed=1)


def ids_of(hits):
    return [hit.id for hit in hits]


def exact(query, items):
    """Ids and cosines, best first, by NumPy."""
    cosines = np.asarray(items, np.float64) @ np.asarray(query, np.float64)
    order = np.argsort(-cosines, kind="stable")
    return [100 + int(row) for row in order], cosines[order]


@pytest.mark.parametrize("top_k", [1, 10, ROWS])
def test_hits_are_the_nearest_by_exact_cosine(filled, queries, units, top_k):
    for query, hits in zip(queries, filled.search(queries, top_k), strict=True):
        ids, cosines = exact(query, units(ROWS, dim=16))
        assert ids_of(hits) == ids[:top_k]
        assert [hit.score for hit in hits] == pytest.approx(cosines[:top_k], abs=1e-5)


def test_every_item_finds_itself_first_with_cosine_1(filled, units):
    items = units(ROWS, dim=16)
    for row, [hit] in enumerate(filled.search(items, 1)):
        assert (hit.id, hit.score) == (100 + row, pytest.approx(1, abs=1e-5))


def test_more_than_there_are_gives_all_there_are(filled, queries):
    assert [len(hits) for hits in filled.search(queries, 16_384)] == [ROWS] * len(queries)


def test_a_batch_equals_single_queries(filled, queries):
    single = [filled.search(queries[row : row + 1], 7)[0] for row in range(len(queries))]
    for one, other in zip(filled.search(queries, 7), single, strict=True):
        assert ids_of(one) == ids_of(other)
        assert [hit.score for hit in one] == pytest.approx([hit.score for hit in other], abs=1e-6)


def test_no_query_gives_no_answer(filled, queries):
    assert filled.search(queries[:0], 3) == []
    assert filled.search(queries[:0], 3, []) == []


def test_what_is_left_out_is_made_up_for(filled, queries, units):
    ids, _ = exact(queries[0], units(ROWS, dim=16))
    hits = filled.search(queries[:2], 5, leave_out=[{ids[0], ids[2], -1}, ()])
    assert ids_of(hits[0]) == [ids[1], *ids[3:7]]
    assert ids_of(hits[1]) == exact(queries[1], units(ROWS, dim=16))[0][:5]


def test_all_can_be_left_out(filled, queries):
    assert filled.search(queries[:1], 5, leave_out=[set(range(100, 100 + ROWS))]) == [[]]


def test_users_vectors_bring_stars_along(filled, queries):
    stars = Calibration(slope=2, intercept=3, lowest=1, highest=5)
    [hits] = filled.search(embeddings(queries[:1], ModelRef("a" * 16, stars)), ROWS)
    assert all(hit.predicted_rating == pytest.approx(3 + 2 * hit.score) for hit in hits)
    assert all(before.predicted_rating >= after.predicted_rating for before, after in pairwise(hits))


def test_vectors_of_no_known_origin_are_answered(filled, queries):
    assert ids_of(filled.search(np.array(queries), 3)[0]) == ids_of(filled.search(queries, 3)[0])


@pytest.mark.parametrize("value", [np.nan, np.inf, 0, 2])
def test_queries_that_are_not_of_length_1_are_refused(filled, queries, value):
    queries.search[3] *= value
    with pytest.raises(QueryError, match=r"^the vector of query 3 has length \S+, not 1: `normalize` it first\.$"):
        filled.search(queries, 3)


def test_hits_know_the_build_they_are_from(filled, queries):
    assert {hit.build for hits in filled.search(queries, 3) for hit in hits} == {filled.record.build}


@pytest.mark.parametrize("top_k", [0, -1, 16_385, 2.0, "3", True, None])
def test_top_k_is_a_whole_number_in_range(filled, queries, top_k):
    with pytest.raises(QueryError) as raised:
        filled.search(queries, top_k)
    assert str(raised.value) == f"top_k {top_k!r} is not acceptable: give a whole number from 1 to 16384."


def test_vectors_of_another_length_are_refused(filled, units):
    with pytest.raises(IndexMismatchError, match="'searched' has vectors of 16 numbers, but 8 were given"):
        filled.search(units(1, dim=8), 3)


STARS = Calibration(slope=2, intercept=3, lowest=1, highest=5)


@pytest.fixture
def both(queries, units):
    """Queries that bring along vectors to predict stars with."""
    return embeddings(queries, ModelRef("a" * 16, STARS), units(5, dim=16, seed=2))


@pytest.mark.parametrize("top_k", [1, 7, ROWS])
def test_stars_are_those_of_the_rating_vector_and_scores_those_of_the_search(filled, both, queries, units, top_k):
    items = np.asarray(units(ROWS, dim=16), np.float64)
    for row, hits in enumerate(filled.search(both, top_k)):
        ids, cosines = exact(queries[row], items)
        assert ids_of(hits) == ids[:top_k]
        assert [hit.score for hit in hits] == pytest.approx(cosines[:top_k], abs=1e-5)
        rated = items[[key - 100 for key in ids[:top_k]]] @ np.asarray(both.rating[row], np.float64)
        assert [hit.predicted_rating for hit in hits] == pytest.approx(STARS.ratings(rated), abs=1e-5)


def test_one_by_one_and_in_a_list_both_are_answered_as_in_a_batch(filled, both):
    together = filled.search(both, 6, leave_out=[{100, 101}, (), {130}, (), ()])
    alone = [
        filled.search(both[row : row + 1], 6, leave_out=[without])[0]
        for row, without in enumerate([{100, 101}, (), {130}, (), ()])
    ]
    listed = filled.search([both[row] for row in range(5)], 6, leave_out=[{100, 101}, (), {130}, (), ()])
    for other in (alone, listed):
        assert [ids_of(hits) for hits in other] == [ids_of(hits) for hits in together]
        for name in ("score", "predicted_rating"):
            found = [[getattr(hit, name) for hit in hits] for hits in other]
            wanted = np.array([[getattr(hit, name) for hit in hits] for hits in together])
            assert found == pytest.approx(wanted, abs=1e-5)


def test_rating_vectors_that_are_not_of_length_1_are_refused(filled, both):
    both.rating[2] *= 2
    with pytest.raises(QueryError, match=r"^the vector of query 2 has length 2, not 1: `normalize` it first\.$"):
        filled.search(both, 3)


def test_no_query_with_stars_gives_no_answer(filled, both):
    assert filled.search(both[:0], 3) == []


def test_hits_are_plain_records(filled, queries):
    [hits] = filled.search(queries[:1], 2)
    assert type(hits) is list
    assert hits[0] == Hit(hits[0].id, hits[0].score, None, filled.record.build)
    with pytest.raises(AttributeError):
        hits[0].score = 1


class CountingStore(MemoryStore):
    """A store in memory that counts the queries of each search by its limit."""

    def __init__(self):
        super().__init__()
        self.searches = []

    def search(self, name, queries, limit, index=EXACT, without=(), where=None, latest=False):
        self.searches.append((limit, len(queries)))
        return super().search(name, queries, limit, index, without, where)


@pytest.fixture
def counted(units, indexed):
    index = VectorIndex(CountingStore(), "counted")
    indexed(index, units(ROWS, dim=16))
    index.store.searches.clear()
    return index


def test_a_long_list_to_leave_out_does_not_enlarge_the_search_of_the_others(counted, units):
    leave_out = [[], range(40), [1, 2], [], range(1000, 3000), range(17)]
    found = counted.search(units(6, dim=16, seed=1), 5, leave_out)
    assert sorted(counted.store.searches) == [(5 + 64, 5), (5 + 512, 1)]
    alone = [counted.search(units(6, dim=16, seed=1)[row : row + 1], ROWS)[0] for row in range(6)]
    for hits, whole, without in zip(found, alone, leave_out, strict=True):
        assert ids_of(hits) == [key for key in ids_of(whole) if key not in without][:5]


@pytest.mark.parametrize(("nearest", "searches"), [(64, [69]), (65, [69, 261]), (200, [69, 261])])
def test_one_who_leaves_out_many_of_the_nearest_is_searched_for_again(units, indexed, nearest, searches):
    counted, queries = VectorIndex(CountingStore(), "counted"), units(2, dim=16, seed=1)
    indexed(counted, units(600, dim=16))
    ids = ids_of(counted.search(queries[:1], 600)[0])
    counted.store.searches.clear()
    without = [*ids[:nearest], *ids[len(ids) - 200 + nearest :]]
    assert len(without) == 200
    [hits, others] = counted.search(queries, 5, [without, []])
    assert ids_of(hits) == [key for key in ids if key not in without][:5]
    assert len(others) == 5
    assert [limit for limit, _ in counted.store.searches if limit > 5] == searches


def test_long_lists_of_queries_are_searched_500_at_a_time(counted, units):
    assert len(counted.search(units(1200, dim=16, seed=1), 5)) == 1200
    assert counted.store.searches == [(5, 500), (5, 500), (5, 200)]


def test_no_search_asks_for_more_than_a_store_returns(counted, units):
    assert counted.search(units(1, dim=16), 16_000, [range(5000)]) == [[]]
    assert counted.store.searches == [(16_384, 1)]


@pytest.fixture(scope="module")
def many(uri, units, indexed):
    """More rows than a search returns."""
    index = open_index(uri, "many")
    indexed(index, units(16_400, dim=8))
    return index


def test_one_who_leaves_out_more_than_a_search_returns_gets_the_rest_and_so_do_the_others(many, units, caplog):
    queries = units(3, dim=8, seed=1)
    alone = many.search(queries, 5)
    nearest = ids_of(many.search(queries[1:2], 16_384)[0])
    rest = sorted(set(range(16_400)) - set(nearest))
    found = many.search(queries, 5, [[], nearest, [*nearest[2:], *rest, 10**9]])
    assert ids_of(found[0]) == ids_of(alone[0])
    assert len(found[1]) == 5
    assert {*ids_of(found[1])} <= {*rest}
    assert [hit.score for hit in found[1]] == sorted((hit.score for hit in found[1]), reverse=True)
    assert [hit.id for hit in found[2] if hit.id not in nearest[:2]] == [], "two qualify, and no more"
    assert len(found[2]) == 2
    assert not caplog.records


def test_one_who_leaves_out_more_than_a_store_can_filter_by_gets_what_remains_with_a_warning(many, units, caplog):
    queries = units(2, dim=8, seed=1)
    nearest = ids_of(many.search(queries[:1], 16_384)[0])
    [hits, others] = many.search(queries, 5, [[*nearest[3:], *range(10**6, 10**6 + 60_000)], []])
    assert ids_of(hits) == nearest[:3]
    assert len(others) == 5
    [record] = caplog.records
    assert record.levelname == "WARNING"
    assert all(part in record.getMessage() for part in ("76381 ids to leave out", "65536", "3 items of 5"))


def test_rows_that_the_record_does_not_count_yet_do_not_hide_others(units, indexed):
    index, query = VectorIndex(MemoryStore(), "growing"), units(1, dim=16, seed=1)
    indexed(index, units(70, dim=16))
    vectors = units(326, dim=16)
    upsert(index, index.record.build, range(326), vectors.search)
    ids = ids_of(index.search(query, 326)[0])
    [hits] = index.search(query, 10, [ids[:200]])
    assert ids_of(hits) == ids[200:210]


@pytest.mark.parametrize("leave_out", [["100"], [True], [1.0], [None]])
def test_ids_to_leave_out_are_of_the_type_of_the_index(filled, queries, leave_out):
    with pytest.raises(QueryError, match=f"item id {re.escape(repr(leave_out[0]))} was given; .* whole number"):
        filled.search(queries[:1], 3, [leave_out])


def test_there_are_as_many_lists_to_leave_out_as_queries(filled, queries):
    with pytest.raises(QueryError, match="5 queries need as many lists of ids to leave out; 2 were given"):
        filled.search(queries, 3, [[1], [2]])


@pytest.mark.parametrize("chosen", ["", "id in [100, 103, 105]"])
def test_the_direct_call_finds_what_the_search_of_pymilvus_finds(filled, queries, chosen):
    milvus = milvus_only(filled)
    wanted, build = Nearest(7, {}, chosen), filled.live().build
    directly = search_nearest(milvus.client, build, queries.search, wanted, timeout=30)
    without_stub = SimpleNamespace(search=milvus.client.search)
    assert search_nearest(without_stub, build, queries.search, wanted, timeout=30) == directly
    assert [len(found) for found in directly] == [3 if chosen else 7] * len(queries)


def test_a_search_that_milvus_refuses_raises_its_error(filled, queries):
    from pymilvus import MilvusException

    milvus = milvus_only(filled)
    with pytest.raises(MilvusException, match=r"filter|expr|parse|unexpected"):
        search_nearest(milvus.client, filled.live().build, queries.search, Nearest(7, {}, "id ~ 1"), timeout=30)
