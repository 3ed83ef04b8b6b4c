"""Maximal marginal relevance: answers known by hand, and properties that hold for all lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from towhee_recsys.requests.diversity import FACTOR, FEWEST, candidate_count, diverse
from towhee_recsys.stores.vectors import MAX_TOP_K

EAST, NORTH, NORTH_EAST = (1.0, 0.0), (0.0, 1.0), (0.6, 0.8)
SCORES = [0.9, 0.8, 0.5, 0.4]
VECTORS = np.array([EAST, EAST, NORTH_EAST, NORTH], dtype=np.float32)


@pytest.mark.parametrize(
    ("diversity", "expected"),
    [
        (0.0, [0, 1, 2, 3]),
        (0.2, [0, 1, 3, 2]),  # 0.64 - 0.2 against 0.4 - 0.12 and 0.32 - 0; then 0.4 - 0.12 against 0.32 - 0
        (0.5, [0, 3, 1, 2]),  # 0.4 - 0.5, 0.25 - 0.3 and 0.2 - 0; then 0.4 - 0.5 against 0.25 - 0.4
        (0.7, [0, 3, 2, 1]),  # 0.24 - 0.7, 0.15 - 0.42 and 0.12 - 0; then 0.24 - 0.7 against 0.15 - 0.56
        (1.0, [0, 3, 2, 1]),
    ],
)
def test_known_answers(diversity, expected):
    assert diverse(SCORES, VECTORS, diversity, 4) == expected
    assert diverse(SCORES, VECTORS, diversity, 2) == expected[:2]


def test_equal_items_keep_their_order():
    assert diverse([0.5] * 4, np.tile(np.float32([1, 0]), (4, 1)), 0.7, 4) == [0, 1, 2, 3]


@pytest.mark.parametrize("length", [0, 1, 2, 9])
def test_a_list_is_as_long_as_there_are_candidates(length):
    assert len(diverse(SCORES, VECTORS, 0.4, length)) == min(length, 4)
    assert diverse([], np.zeros((0, 2), np.float32), 0.4, length) == []


def unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors + np.float32([3, 0, 0])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


candidates = st.integers(1, 130).flatmap(
    lambda n: st.tuples(
        arrays(np.float32, n, elements=st.floats(-1, 1, width=32)).map(lambda scores: np.sort(scores)[::-1]),
        arrays(np.float32, (n, 3), elements=st.floats(-1, 1, width=32)).map(unit),
    )
)


def greedy(scores, vectors, diversity, length):
    """The definition, item by item."""
    chosen = [0]
    while len(chosen) < min(length, len(scores)):
        left = [row for row in range(min(len(scores), candidate_count(len(chosen) + 1))) if row not in chosen]
        near = {row: max(np.einsum("i,i->", vectors[row], vectors[other]) for other in chosen) for row in left}
        chosen.append(max(left, key=lambda row: (1 - diversity) * float(scores[row]) - diversity * float(near[row])))
    return chosen


@given(candidates, st.floats(0.01, 1), st.integers(1, 8))
def test_it_is_the_greedy_definition(candidates, diversity, length):
    scores, vectors = candidates
    found = diverse(scores, vectors, diversity, length)
    assert found == greedy(scores, vectors, diversity, length)


@given(candidates, st.floats(0, 1), st.integers(1, 14), st.integers(0, 14))
def test_a_page_is_the_same_however_long_the_list(candidates, diversity, short, more):
    """Also where a shorter list has fewer candidates."""
    scores, vectors = candidates
    found = diverse(scores, vectors, diversity, short + more)
    count = candidate_count(short)
    assert diverse(scores[:count], vectors[:count], diversity, short) == found[:short]
    assert len(set(found)) == len(found) == min(short + more, len(scores))


@given(candidates, st.integers(2, 10))
def test_diversity_is_bought_with_scores(candidates, length):
    scores, vectors = candidates
    nothing, everything = (diverse(scores, vectors, diversity, length) for diversity in (0, 1))
    assert nothing == list(range(min(length, len(scores))))
    assert scores[everything].sum() <= scores[nothing].sum() + 1e-6
    if len(scores) > 1:  # the first step goes to the item farthest from the first
        assert vectors[everything[1]] @ vectors[0] <= vectors[nothing[1]] @ vectors[0] + 1e-6


def test_there_are_ten_candidates_for_each_item_within_limits():
    assert [candidate_count(length) for length in (1, 10, 11, 1000, 1638, 5000)] == [
        FEWEST,
        100,
        11 * FACTOR,
        10_000,
        16_380,
        MAX_TOP_K,
    ]
