"""The rank of an item and the rules that keep it out, on a store in memory."""

from __future__ import annotations

import time

import numpy as np
import pytest

from towhee_recsys.data.items import EXPIRY
from towhee_recsys.requests import Request
from towhee_recsys.requests.ranks import Rank, better_items, rank_among
from towhee_recsys.requests.why_not import UserPast, rules_of_item, rules_of_rank
from towhee_recsys.stores.vectors import Clause, Filter, IndexRecord, Layout, Rows
from towhee_recsys.stores.vectors.memory import MemoryStore

NOBODY = UserPast((), (), {})


COSINES = np.linspace(0.9, -0.9, 40_000, dtype=np.float32)
USER = np.array([1, 0], dtype=np.float32)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    """40,000 items, more than two reads give: the higher the id, the farther from `USER`."""
    vectors = np.stack([COSINES, np.sqrt(1 - COSINES**2)], axis=1)
    made = MemoryStore()
    made.create("build", Layout(2, fields={"even": "boolean"}))
    rows = np.random.default_rng(0).permutation(len(vectors))
    made.append("build", Rows(rows, vectors[rows], {"even": [row % 2 == 0 for row in rows.tolist()]}))
    return made


def record(index: str) -> IndexRecord:
    return IndexRecord("items", "build", None, 2, "IP", 40_000, "", index, fields={"even": "boolean"})


@pytest.mark.parametrize("index", ["FLAT", "HNSW"])
@pytest.mark.parametrize("key", [0, 1, 7_000, 17_000, 39_999])
def test_all_that_are_better_are_found(store, index, key):
    """By a search where it is exact and goes so far, else by reading all."""
    found = better_items(store, record(index), USER, key, float(COSINES[key]))
    assert sorted(found) == list(range(key))


@pytest.mark.parametrize("index", ["FLAT", "HNSW"])
def test_an_item_that_is_not_there_has_the_rank_that_it_would_have(store, index):
    assert len(better_items(store, record(index), USER, -5, 0.0)) == 20_000


@pytest.mark.parametrize("count", [0, 9, 20_000])
def test_the_rank_among_those_that_are_allowed(store, count):
    above = list(range(count))
    even = rank_among(store, record("FLAT"), above, True, lambda key, fields: fields["even"])
    assert even == Rank(count + 1, (count + 1) // 2 + 1, 40_000)
    assert rank_among(store, record("FLAT"), above, False, lambda key, fields: key % 2 == 0) == even


FIELDS = {"year": 1990.0, "genres": ["Drama", "War"], "brand": None}


@pytest.mark.parametrize(
    ("rule", "request_", "past", "hidden", "fields"),
    [
        ("not in the index", Request(10), NOBODY, (), None),
        ("hidden", Request(10), NOBODY, (7,), FIELDS),
        ("expired", Request(10), NOBODY, (), {**FIELDS, EXPIRY: time.time() - 60}),
        ("expired", Request(10), NOBODY, (), {**FIELDS, EXPIRY: -1e300}),
        ("seen", Request(10), UserPast({7}, (), {}), (), FIELDS),
        ("feedback", Request(10), UserPast((), {7}, {}), (), FIELDS),
        ("liked", Request(10, exclude=(7,)), UserPast((), (), {"liked": {7}}), (), FIELDS),
        ("disliked", Request(10, exclude=(7,)), UserPast((), (), {"disliked": {7}}), (), FIELDS),
        ("exclude", Request(10, exclude=(7,)), NOBODY, (), FIELDS),
        ("only", Request(10, where=Filter((), frozenset({8}))), NOBODY, (), FIELDS),
        ("filter", Request(10, where=Filter((Clause("year", "gte", 1991.0),))), NOBODY, (), FIELDS),
    ],
)
def test_each_rule(rule, request_, past, hidden, fields):
    [found] = rules_of_item(7, fields, request_, past, hidden)
    assert found.rule == rule
    assert rules_of_item(7, FIELDS, Request(10), NOBODY, ()) == []


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (Clause("year", "gte", 1991.0), "its year is 1990; the filter wants at least 1991"),
        (
            Clause("genres", "any", ("Comedy", "Horror")),
            "its genres is Drama, War; the filter wants any of Comedy, Horror",
        ),
        (Clause("genres", "none", ("War",)), "its genres is Drama, War; the filter wants none of War"),
        (Clause("brand", "eq", "x"), "its brand is missing; the filter wants exactly x"),
        (Clause("brand", "exists", True), "its brand is missing; the filter wants a value"),
        (Clause("year", "exists", False), "its year is 1990; the filter wants no value"),
    ],
    ids=str,
)
def test_a_clause_in_words(clause, sentence):
    [found] = rules_of_item(7, FIELDS, Request(10, where=Filter((clause,))), NOBODY, ())
    assert found.because == sentence


def test_an_item_that_has_not_expired_is_kept():
    assert rules_of_item(7, {EXPIRY: time.time() + 60}, Request(10), NOBODY, ()) == []


@pytest.mark.parametrize(
    ("rank", "request_", "rules"),
    [
        (10, Request(10), []),
        (11, Request(10), ["rank"]),
        (10, Request(10, offset=10), ["offset"]),
        (20, Request(10, offset=10), []),
        (21, Request(10, offset=10), ["rank"]),
        (100, Request(10, diversity=0.3), ["diversity"]),
        (101, Request(10, diversity=0.3), ["rank"]),
    ],
)
def test_rules_of_rank(rank, request_, rules):
    assert [each.rule for each in rules_of_rank(rank, request_)] == rules
