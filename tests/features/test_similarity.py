"""How alike encoded values are, for every kind of feature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.features import (
    KINDS,
    CategoriesFeature,
    CategoryFeature,
    HistoryFeature,
    IdFeature,
    NumberFeature,
    TextFeature,
)

WORDS = ["red", "wool", "coat", "cap"]
VALUES = {
    "category": (CategoryFeature(column="x"), st.sampled_from(WORDS)),
    "categories": (CategoriesFeature(column="x"), st.lists(st.sampled_from(WORDS), min_size=1)),
    "number": (NumberFeature(column="x"), st.floats(-1e6, 1e6)),
    "number between knots": (NumberFeature(column="x", knots=5), st.floats(-1e6, 1e6)),
    "text": (TextFeature(column="x", length=4), st.lists(st.sampled_from(WORDS), min_size=1).map(" ".join)),
}


def column_of(feature, values):
    column = KINDS[feature.kind].column
    return column(feature, column.fit(feature, values))


def matrix(feature, values, others=None) -> np.ndarray:
    """The similarities of values, fitted to the others or themselves."""
    others = values if others is None else others
    column = column_of(feature, others)
    return column.similarity(column.encode(others))(column.encode(values))


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_matrix_is_symmetric_from_0_to_1_and_1_for_the_same(kind, data):
    feature, values = VALUES[kind]
    drawn = data.draw(st.lists(values, min_size=1, max_size=8))
    found = matrix(feature, drawn)
    assert found.shape == (len(drawn), len(drawn))
    assert found == pytest.approx(found.T, abs=1e-6)
    assert (found >= 0).all()
    assert (found <= 1).all()
    assert np.diag(found) == pytest.approx(1, abs=1e-6)
    assert np.linalg.eigvalsh(found.astype(np.float64)).min() > -1e-5


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("category", None),
        ("category", "blue"),
        ("categories", None),
        ("categories", []),
        ("categories", ["blue"]),
        ("text", None),
        ("text", "?"),
        ("text", "blue hat"),
    ],
)
def test_a_missing_or_unknown_value_is_like_none(kind, missing):
    feature, _ = VALUES[kind]
    known = [["red"], ["wool"]] if kind == "categories" else ["red", "wool"]
    column = column_of(feature, known)
    others = column.encode([*known, missing])
    assert (column.similarity(others)(column.encode([missing])) == 0).all()


def test_a_missing_number_is_like_the_mean():
    column = column_of(NumberFeature(column="x"), [1.0, 3.0])
    similar = column.similarity(column.encode([2.0, 3.0]))
    assert similar(column.encode([None])).tolist() == [pytest.approx([1, np.exp(-1)])]


def test_sets_share_members():
    found = matrix(CategoriesFeature(column="x"), [["a", "b"]], [["a", "b"], ["b", "c"], ["c"]])
    assert found.tolist() == [pytest.approx([1, 1 / 3, 0])]


def test_numbers_between_knots_are_apart_by_quantiles():
    found = matrix(NumberFeature(column="x", knots=5), [0.0], [0.0, 1.0, 10.0, 100.0, 1000.0])
    assert found.tolist() == [pytest.approx(np.exp(-np.arange(5.0)))]


def test_a_rare_word_in_common_counts_more_than_a_frequent_one():
    texts = ["the cat", "the dog", "the cow", "a cat"]
    column = column_of(TextFeature(column="x", length=2), texts)
    similar = column.similarity(column.encode(texts))
    (found,) = similar(column.encode(["the cat"]))
    assert found[0] == pytest.approx(1)
    assert found[3] > found[1] > 0
    assert found[1] == pytest.approx(found[2])


def test_a_repeated_word_counts_once():
    column = column_of(TextFeature(column="x", length=4), ["cat dog", "cow"])
    others = column.encode(["cat dog", "cow"])
    assert column.similarity(others)(column.encode(["cat cat dog"]))[0] == pytest.approx([1, 0])


@pytest.mark.parametrize("feature", [IdFeature(column="x"), HistoryFeature()], ids=["id", "history"])
def test_ids_and_histories_do_not_say_how_alike_records_are(feature):
    column = column_of(feature, [])
    assert column.similarity(column.encode([None])) is None
