"""Filters of searches, on every store: what each clause leaves, and that exactly so many items come as were wanted."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from tests.stores.vectors.test_search import CountingStore
from tests.vectors import embeddings
from towhee_recsys.data.items import VARIANCE
from towhee_recsys.errors import QueryError
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.model.prediction_variance import ItemVariances
from towhee_recsys.requests import Request, filters_of
from towhee_recsys.stores.vectors import (
    Clause,
    Filter,
    VectorIndex,
    insert,
    insert_live,
    open_index,
    publish,
    start_build,
)

numbers = count()
TYPES = {"price": "number", "brand": "text", "sold": "boolean", "tags": "texts", "a name": "number"}
VALUES = {
    "price": [1.0, -2.0, 0.0, None],
    "brand": ["oak", "", "zinc", None],
    "sold": [True, False, True, None],
    "tags": [["a", "b"], ["b"], ["c"], None],
    "a name": [0, 1, 2, 3],
}
"""Of the items 0 to 3; all values of the last but one are missing."""

CLAUSES = [
    (Clause("price", "eq", 1), [0]),
    (Clause("price", "in", (1.0, 0, 7.5)), [0, 2]),
    (Clause("price", "not_in", (1,)), [1, 2, 3]),
    (Clause("price", "gte", 0), [0, 2]),
    (Clause("price", "gte", -1e300), [0, 1, 2]),
    (Clause("price", "lte", 0), [1, 2]),
    (Clause("price", "lte", -0.0), [1, 2]),
    (Clause("price", "exists", True), [0, 1, 2]),
    (Clause("price", "exists", False), [3]),
    (Clause("brand", "eq", "oak"), [0]),
    (Clause("brand", "eq", ""), [1]),
    (Clause("brand", "in", ("oak", "zinc", "x")), [0, 2]),
    (Clause("brand", "not_in", ("oak",)), [1, 2, 3]),
    (Clause("brand", "gte", "a"), [0, 2]),
    (Clause("brand", "gte", ""), [0, 1, 2]),
    (Clause("brand", "lte", "oak"), [0, 1]),
    (Clause("brand", "lte", "\U0001f600"), [0, 1, 2]),
    (Clause("brand", "exists", True), [0, 1, 2]),
    (Clause("brand", "exists", False), [3]),
    (Clause("sold", "eq", True), [0, 2]),
    (Clause("sold", "eq", False), [1]),
    (Clause("sold", "in", (True, False)), [0, 1, 2]),
    (Clause("sold", "not_in", (True,)), [1, 3]),
    (Clause("sold", "exists", True), [0, 1, 2]),
    (Clause("sold", "exists", False), [3]),
    (Clause("tags", "any", ("b",)), [0, 1]),
    (Clause("tags", "any", ("a", "c")), [0, 2]),
    (Clause("tags", "all", ("a", "b")), [0]),
    (Clause("tags", "none", ("b",)), [2, 3]),
    (Clause("tags", "none", ("a", "c")), [1, 3]),
    (Clause("tags", "exists", True), [0, 1, 2]),
    (Clause("tags", "exists", False), [3]),
    (Clause("a name", "gte", 2), [2, 3]),
]


@pytest.fixture(scope="module")
def filled(uri, units):
    index = open_index(uri, f"filters_{next(numbers)}")
    build = start_build(index, "a" * 16, 8, fields=TYPES)
    publish(index, [insert(index, build, range(4), units(4), VALUES)])
    return index


@pytest.mark.parametrize(("clause", "ids"), CLAUSES, ids=[str(clause) for clause, _ in CLAUSES])
def test_each_clause_leaves_the_items_that_match(filled, units, clause, ids):
    assert [row for row in range(4) if clause.matches(VALUES[clause.field][row])] == ids
    where = Filter((clause,))
    [hits] = filled.search(units(1), 9, where=[where])
    assert sorted(hit.id for hit in hits) == ids
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert filled.matching(where) == len(ids)
    [known] = filled.hits_of(units(1), [[(key, 0.5) for key in (3, 2, 1, 0, 99)]], [where])
    assert [hit.id for hit in known] == ids[::-1]


def test_all_clauses_must_hold(filled, units):
    where = Filter((Clause("price", "gte", -5), Clause("brand", "not_in", ("",)), Clause("tags", "none", ("c",))))
    [hits] = filled.search(units(1), 9, where=[where])
    assert [hit.id for hit in hits] == [0]
    assert filled.matching(where) == 1
    assert filled.clause_counts(Filter(where.clauses, frozenset([1, 2, 99]))) == [
        (where.clauses[0], 3),
        (where.clauses[1], 3),
        (where.clauses[2], 3),
        ("only", 2),
    ]
    assert filled.clause_counts(Filter()) == []


def test_only_some_items(filled, units):
    def ids(*filters):
        return [sorted(hit.id for hit in hits) for hits in filled.search(units(len(filters)), 9, where=filters)]

    assert ids(Filter(only=frozenset([0, 3, 99])), None, Filter(), Filter(only=frozenset())) == [
        [0, 3],
        *[[0, 1, 2, 3]] * 2,
        [],
    ]
    assert ids(Filter((Clause("sold", "eq", True),), frozenset([0, 1]))) == [[0]]
    assert filled.matching(Filter(only=frozenset())) == 0
    assert filled.hits_of(units(1), [[(0, 1.0)]], [Filter(only=frozenset([1]))]) == [[]]


def test_a_list_of_a_thousand_values_is_one_clause(filled, units):
    for clause, ids in (
        (Clause("price", "in", tuple(range(1000))), [0, 2]),
        (Clause("price", "not_in", tuple(range(1000))), [1, 3]),
        (Clause("brand", "in", (*(f"oa{number}" for number in range(999)), "oak")), [0]),
        (Clause("tags", "any", (*(f"x{number}" for number in range(999)), "b")), [0, 1]),
        (Clause("tags", "all", (*(f"x{number}" for number in range(999)), "b")), []),
        (Clause("tags", "none", (*(f"x{number}" for number in range(999)), "b")), [2, 3]),
    ):
        [hits] = filled.search(units(1), 9, where=[Filter((clause,))])
        assert sorted(hit.id for hit in hits) == ids, clause.op


@pytest.mark.parametrize(
    ("clause", "field", "accepted"),
    [
        (Clause("prise", "eq", 1), "filter.prise", "Did you mean 'price'? Accepted: price, brand, sold, tags, a name"),
        (Clause("@expiry", "gte", 1), "filter.@expiry", "Accepted: price, brand"),
        (
            Clause("price", "any", (1,)),
            "filter.price",
            "accepted: eq, in, not_in, gte, lte, exists. 'price' is a column",
        ),
        (Clause("tags", "not_in", ("a",)), "filter.tags", "accepted: any, all, none, exists"),
        (Clause("sold", "gte", True), "filter.sold", "accepted: eq, in, not_in, exists"),
        (Clause("price", "eq", "1"), "filter.price.eq", "given '1', accepted: a finite number"),
        (Clause("price", "eq", True), "filter.price.eq", "given True, accepted: a finite number"),
        (Clause("price", "gte", float("nan")), "filter.price.gte", "given nan, accepted: a finite number"),
        (Clause("price", "lte", float("inf")), "filter.price.lte", "given inf, accepted: a finite number"),
        (
            Clause("price", "in", (1, None)),
            "filter.price.in",
            "given None, accepted: a list of 1 to 1,000 finite numbers",
        ),
        (Clause("sold", "eq", 1), "filter.sold.eq", "given 1, accepted: true or false"),
        (Clause("brand", "eq", 1), "filter.brand.eq", "given 1, accepted: a text"),
        (Clause("brand", "eq", "\ud800"), "filter.brand.eq", "accepted: a text"),
        (Clause("brand", "eq", "\ufdd0"), "filter.brand.eq", "accepted: a text"),
        (Clause("tags", "any", "a"), "filter.tags.any", "given 'a', accepted: a list of 1 to 1,000 texts"),
        (Clause("tags", "any", ()), "filter.tags.any", "given (), accepted: a list of 1 to 1,000 texts. An empty list"),
        (Clause("tags", "none", (1,)), "filter.tags.none", "given 1, accepted: a list of 1 to 1,000 texts"),
        (
            Clause("price", "in", tuple(range(1001))),
            "filter.price.in",
            "given 1,001 values, accepted: a list of 1 to 1,000",
        ),
        (Clause("tags", "exists", "yes"), "filter.tags.exists", "given 'yes', accepted: true or false"),
    ],
)
def test_clauses_that_are_refused(filled, units, clause, field, accepted):
    for call in (
        lambda where: filled.search(units(1), 3, where=[where]),
        lambda where: filled.hits_of(units(1), [[(1, 1.0)]], [where]),
        filled.matching,
        filled.clause_counts,
    ):
        with pytest.raises(QueryError) as raised:
            call(Filter((clause,)))
        assert str(raised.value).startswith(field)
        assert accepted in str(raised.value)
        assert raised.value.field == field


def test_ids_and_lists_that_are_refused(filled, units):
    with pytest.raises(QueryError, match="only: given 'a', accepted: ids that are each a whole number"):
        filled.search(units(1), 3, where=[Filter(only=frozenset(["a"]))])
    with pytest.raises(QueryError, match="2 queries need as many filters, or None; 1 were given"):
        filled.search(units(2), 3, where=[None])
    with pytest.raises(QueryError, match="2 queries need as many numbers top_k, or one; 1 were given"):
        filled.search(units(2), [3])
    with pytest.raises(QueryError, match=r"top_k 0 is not acceptable"):
        filled.search(units(2), [3, 0])


ROWS = 3000


@pytest.fixture(scope="module")
def many(uri, units):
    """Items that are the farther from query 0 the higher their number, of which few have the tag `rare`."""
    index = open_index(uri, f"many_filtered_{next(numbers)}")
    angles = np.linspace(0, np.pi, ROWS)
    vectors = embeddings(np.column_stack([np.cos(angles), np.sin(angles)]))
    build = start_build(index, None, 2, fields={"tags": "texts", "number": "number"})
    tags = [["rare", "x"] if row % 1000 == 999 else ["common"] for row in range(ROWS)]
    receipts = []
    for first in range(0, ROWS, 1000):
        part = slice(first, first + 1000)
        values = {"tags": tags[part], "number": range(first, first + 1000)}
        receipts.append(insert(index, build, range(first, first + 1000), vectors[part], values))
    publish(index, receipts)
    return index, vectors[:1]


@pytest.mark.parametrize("top_k", [1, 2, 3, 10])
def test_exactly_so_many_come_where_one_in_a_thousand_matches(many, top_k):
    index, query = many
    rare = [999, 1999, 2999][:top_k]
    for clause in (Clause("tags", "any", ("rare",)), Clause("tags", "none", ("common",))):
        [hits] = index.search(query, top_k, where=[Filter((clause,))])
        assert [hit.id for hit in hits] == rare
    [hits] = index.search(query, top_k, [[1999]], where=[Filter((clause,))])
    assert [hit.id for hit in hits] == [999, 2999][:top_k]


def test_the_farthest_items_are_found(many):
    index, query = many
    [hits] = index.search(query, 5, [range(2995)], where=[Filter((Clause("number", "gte", 2990),))])
    assert [hit.id for hit in hits] == [2995, 2996, 2997, 2998, 2999]


def test_those_of_many_items_that_match(many):
    index, query = many
    listed = [(key, 1 - key / ROWS) for key in range(ROWS + 5)]
    for clause, ids in (
        (Clause("tags", "any", ("rare",)), [999, 1999, 2999]),
        (Clause("number", "lte", 2000), list(range(2001))),
    ):
        [hits] = index.hits_of(query, [listed], [Filter((clause,))])
        assert [hit.id for hit in hits] == ids
    [hits] = index.hits_of(query, [listed], [Filter((clause,), frozenset(range(1990, 2100)))])
    assert [hit.id for hit in hits] == list(range(1990, 2001))


def test_only_ten_thousand_ids(many):
    index, query = many
    only = frozenset(range(1, 20_000, 2))
    [hits, others] = index.search(
        embeddings(np.repeat(query.search, 2, axis=0)), [4, 2], where=[Filter(only=only), None]
    )
    assert [hit.id for hit in hits] == [1, 3, 5, 7]
    assert [hit.id for hit in others] == [0, 1]
    assert index.matching(Filter(only=only)) == ROWS // 2


def test_queries_of_equal_filters_are_searched_together(units):
    index = VectorIndex(CountingStore(), "counted")
    build = start_build(index, "a" * 16, 8, fields={"number": "number"})
    publish(index, [insert(index, build, range(40), units(40), {"number": range(40)})])
    index.store.searches.clear()
    low, equal, high = (Filter((Clause("number", "lte", value),)) for value in (20, 20.0, 30))
    where = [low, None, equal, high, None, Filter(), low]
    found = index.search(units(7, seed=1), [3, 3, 3, 3, 4, 3, 3], [[], [], [], [], [], [], range(500)], where=where)
    assert sorted(index.store.searches) == [(3, 1), (4, 3), (3 + 128, 3)]  # a call of its own would take longer
    assert [len(hits) for hits in found] == [3, 3, 3, 3, 4, 3, 0]
    for query, hits, each in zip(range(7), found, where, strict=True):
        alone = index.search(units(7, seed=1)[query : query + 1], 4, where=[each])[0]
        assert query == 6 or [hit.id for hit in hits] == [hit.id for hit in alone][: len(hits)]


def test_text_ids(uri, units):
    index = open_index(uri, f"filters_{next(numbers)}")
    ids = ["a", 'x" or id > "', "\n%41", "日"]
    build = start_build(index, "a" * 16, 8, id_type="text", fields={"number": "number"})
    publish(index, [insert(index, build, ids, units(4), {"number": range(4)})])
    for only in ([ids[1]], ids[1:], ["b", "%41"], []):
        [hits] = index.search(units(1), 9, where=[Filter(only=frozenset(only))])
        assert {hit.id for hit in hits} == {*only} & {*ids}
    where = Filter((Clause("number", "gte", 2),), frozenset(ids[:3]))
    assert [hit.id for hit in index.search(units(1), 9, where=[where])[0]] == ids[2:3]
    assert index.matching(where) == 1
    assert [hit.id for hit in index.hits_of(units(1), [[(key, 1.0) for key in ids]], [where])[0]] == ids[2:3]


def test_rows_that_change_are_filtered_by_their_new_values(uri, units):
    index = open_index(uri, f"filters_{next(numbers)}")
    insert_live(index, [1, 2], units(2), fields={"tags": [["a"], ["b"]]}, types={"tags": "texts"})
    where = Filter((Clause("tags", "any", ("b",)),))
    assert [hit.id for hit in index.search(units(1), 9, where=[where])[0]] == [2]
    insert_live(index, [1, 2], units(2), fields={"tags": [["b", "a"], []]})
    assert [hit.id for hit in index.search(units(1), 9, where=[where])[0]] == [1]
    assert index.matching(where) == 1


@pytest.mark.parametrize("max_std", [0.5, 0.8, 1.0, 9.0])
def test_only_items_whose_predicted_rating_is_sure(uri, units, max_std):
    """For each user the best of the items that are sure enough, exactly as many as wanted: as all of them by hand."""
    rng, index = np.random.default_rng(5), open_index(uri, f"filters_{next(numbers)}")
    factors, variances = rng.uniform(0.3, 3, 300), np.array([0.2, 0.5, 0.9])
    build = start_build(index, "a" * 16, 8, fields={VARIANCE: "number"})
    publish(index, [insert(index, build, range(300), units(300), {VARIANCE: factors.tolist()})])
    model = ModelRef("a" * 16, Calibration(2, 3, 1, 5), item_variances=ItemVariances(dict(enumerate(factors)), 1.0))
    users = replace(units(3, seed=1), model=model, variances=variances)
    where = filters_of([Request(7, max_std=max_std)] * 3, users)
    scores = np.asarray(users) @ np.asarray(units(300)).T
    for row, hits in enumerate(index.search(users, 7, where=where)):
        stds = np.sqrt(variances[row] * factors)
        best = [item for item in np.argsort(-scores[row]).tolist() if stds[item] <= max_std]
        assert [hit.id for hit in hits] == best[:7]
        assert [hit.predicted_rating_std for hit in hits] == pytest.approx(stds[best[:7]].tolist())
        assert index.matching(where[row]) == len(best)
