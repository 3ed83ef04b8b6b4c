"""Each kind of column: fitted, and encoding what is known, missing, unknown and unacceptable."""

from __future__ import annotations

import numpy as np
import pytest

from tests.declarations import MOVIELENS
from towhee_recsys.errors import QueryError
from towhee_recsys.features import (
    KINDS,
    CategoriesFeature,
    CategoryFeature,
    HistoryFeature,
    IdFeature,
    NumberFeature,
    TextFeature,
)
from towhee_recsys.features.column import Column
from towhee_recsys.features.number import NumberColumn


def fitted(feature, values) -> Column:
    column = KINDS[feature.kind].column
    return column(feature, column.fit(feature, values))


def refused(column: Column, value: object) -> str:
    with pytest.raises(QueryError) as raised:
        column.encode([value])
    return str(raised.value)


def test_ids():
    column = fitted(IdFeature(column="user_id"), [30, 4, 4, None])
    assert column.state == {"values": ["4", "30"]}
    assert column.encode([4, "30", np.int64(4), 5, None]).tolist() == [1, 2, 1, 0, 0]


def test_text_ids_are_exact():
    column = fitted(IdFeature(column="sku"), ["A-1", "a-1", "042", "7"])
    assert column.state == {"values": ["7", "042", "A-1", "a-1"]}
    assert column.encode(["A-1", "a-1", "042", "42", " A-1", 7]).tolist() == [3, 4, 2, 0, 0, 1]


@pytest.mark.parametrize("value", [True, False, 1.5, [1], {"a": 1}, b"1", float("nan")])
def test_ids_are_whole_numbers_or_texts(value):
    message = refused(fitted(IdFeature(column="user_id"), [1]), value)
    assert message.startswith(f"user_id {value!r} is not acceptable")
    assert "a whole number or a text" in message


def test_categories_without_names_are_those_seen():
    column = fitted(CategoryFeature(column="zip_code"), ["02134", None, "02134"])
    assert column.encode(["02134", "99999", None]).tolist() == [1, 0, 0]


def test_categories_with_names_are_all_of_them_seen_or_not():
    column = fitted(MOVIELENS.user[2], [25, 25])
    assert column.state["values"] == ["1", "18", "25", "35", "45", "50", "56"]
    assert column.encode([1, "25-34", 30, "56+", None]).tolist() == [1, 3, 3, 7, 0]
    assert "age 121 is not known" in refused(column, 121)


@pytest.mark.parametrize("value", [1.5, [1], {"a": 1}, b"1", float("nan")])
def test_categories_are_whole_numbers_texts_or_booleans(value):
    message = refused(fitted(CategoryFeature(column="x"), [1]), value)
    assert message.startswith(f"x {value!r} is not acceptable")
    assert "a whole number, a text, true or false" in message


@pytest.mark.parametrize("values", [[True, False, None], [np.True_, np.False_], ["true", "false"]], ids=str)
def test_a_boolean_category_is_the_same_as_its_text(values):
    column = fitted(CategoryFeature(column="member"), values)
    assert column.state == {"values": ["true", "false"]}
    assert column.encode([True, "true", np.True_, False, "false", None, "maybe"]).tolist() == [1, 1, 1, 2, 2, 0, 0]


def test_histories_are_the_last_known_items():
    column = fitted(HistoryFeature(length=2), [[6, 10], None, ["A"]])
    assert column.state == {"values": ["6", "A", "10"]}
    found = column.encode([[10, 99, 6, "A"], [99], None, ["10"], []])
    assert found.tolist() == [[1, 2], [0, 0], [0, 0], [3, 0], [0, 0]]
    assert "liked is a list of item ids" in refused(column, 6)


def test_rows_of_a_table_are_all_that_a_column_asks_for():
    for feature, values, rows in [
        (IdFeature(column="x"), [1, 2], 3),
        (CategoryFeature(column="x"), ["a"], 2),
        (CategoriesFeature(column="x"), [["a", "b"]], 3),
        (TextFeature(column="x"), ["one two"], 4),  # the unknown word, and padding
        (HistoryFeature(), [[1]], 2),
        (NumberFeature(column="x"), [1], 1),
        (NumberFeature(column="x", knots=3), [1, 2, 3], 3),
    ]:
        assert fitted(feature, values).table_rows == rows, feature.kind


def test_sets():
    column = fitted(CategoriesFeature(column="genres"), [["War", "Drama"], [], None, ["War"]])
    assert column.state == {"values": ["War", "Drama"]}
    hot = column.encode([["Drama"], ["War", "Drama", "War"], [], None, ["Opera"], {"War"}, np.array(["War", "Drama"])])
    assert hot.dtype == np.float32
    assert hot.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 1]]


@pytest.mark.parametrize("value", ["Drama", "", 5, 0, False, ["Drama", None], [1], 1.5, np.array("Drama"), b"Drama"])
def test_sets_are_lists_of_texts(value):
    column = fitted(CategoriesFeature(column="genres"), [["Drama"]])
    message = refused(column, value)
    assert message.startswith(f"genres {value!r} is not acceptable")
    assert "a list of texts" in message


def test_many_at_once_are_as_one_by_one():
    sets = fitted(CategoriesFeature(column="genres"), [["War", "Drama", "Noir"]])
    texts = fitted(TextFeature(column="title", length=3), ["Heat", "The Heat", "L'été", "ЁЖ"])
    rng = np.random.default_rng(0)
    for column, values in [
        (sets, [None, *(rng.choice(["War", "Drama", "Opera"], size=rng.integers(4)) for _ in range(50))]),
        (texts, [None, *(" ".join(rng.choice(["Heat", "THE", "l’Été", "ёж", "x", ""], 4)) for _ in range(50))]),
    ]:
        assert np.array_equal(column.encode(values), np.concatenate([column.encode([value]) for value in values]))
        assert column.encode([]).shape == (0, column.encode([None]).shape[1])


def test_texts_are_cut_and_padded_and_unknown_words_have_a_row():
    column = fitted(TextFeature(column="title", length=3), ["Heat", "The Heat", None])
    assert column.state == {"values": ["the", "heat"]}
    rows = column.encode(["HEAT!", "the cold heat", "heat the heat the", "", None])
    assert rows.dtype == np.int64
    assert rows.tolist() == [[3, 0, 0], [2, 1, 3], [3, 2, 3], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("value", [5, True, ["Heat"], b"Heat"])
def test_texts_are_texts(value):
    message = refused(fitted(TextFeature(column="title"), ["Heat"]), value)
    assert message.startswith(f"title {value!r} is not acceptable")
    assert "a text" in message


def test_numbers_are_standardised_and_the_missing_stands_at_the_mean():
    column = fitted(NumberFeature(column="year"), [1990, 2010, None, float("nan"), 2000.0])
    assert column.state == {"mean": 2000.0, "deviation": pytest.approx(8.16496580927726)}
    encoded = column.encode([2000, None, float("nan"), np.float32("nan"), np.int64(1990), 2010.0])
    assert encoded.dtype == np.float32
    assert encoded.ravel() == pytest.approx([0, 0, 0, 0, -1.2247449, 1.2247449])
    known = column.encode([1990, 2000, 2010])
    assert (known.mean(), known.std()) == (pytest.approx(0, abs=1e-6), pytest.approx(1))


@pytest.mark.parametrize(("values", "mean"), [([], 0), ([None], 0), ([7], 7), ([0.1, 0.1, 0.1], 0.1)])
def test_numbers_without_any_spread_are_only_centred(values, mean):
    column = fitted(NumberFeature(column="year"), values)
    assert column.encode([mean + 2, None]).ravel() == pytest.approx([2, 0])


@pytest.mark.parametrize("value", ["1990", True, [1990], float("inf"), -float("inf"), 10**400, 1e300, 1j])
def test_numbers_are_finite_numbers(value):
    message = refused(fitted(NumberFeature(column="year"), [1990]), value)
    assert message.startswith(f"year {value!r} is not acceptable")
    assert "a number" in message


@pytest.mark.parametrize("values", [["a", 1], [["a"], 5]])
@pytest.mark.parametrize("feature", [TextFeature(column="x"), CategoriesFeature(column="x"), NumberFeature(column="x")])
def test_fitting_leaves_out_what_encoding_will_refuse(feature, values):
    column = fitted(feature, values)
    with pytest.raises(QueryError, match=r"^x .* is not acceptable: give a"):
        column.encode(values)


def test_a_number_stands_between_the_knots_around_it():
    feature = NumberFeature(column="year", knots=3)
    state = NumberColumn.fit(feature, [1950, 1990, None, 2000])
    assert state["knots"] == [1950, 1990, 2000]
    found = NumberColumn(feature, state).encode([1950, 1970, 1992, 2030, 1900, None])
    mean = 1980  # of the three: three quarters of the way to the second knot
    assert found.dtype == np.float32
    assert found == pytest.approx(
        np.array([[1, 0, 0], [0.5, 0.5, 0], [0, 0.8, 0.2], [0, 0, 1], [1, 0, 0], [0.25, 0.75, 0]])
    )
    assert NumberColumn(feature, state).encode([mean]) == pytest.approx(found[-1:])
    assert found.sum(axis=1) == pytest.approx(np.ones(6))


@pytest.mark.parametrize("values", [[], [None], [1999] * 5, [1999, 2000] * 9])
def test_equal_quantiles_are_one_knot(values):
    feature = NumberFeature(column="year", knots=16)
    state = NumberColumn.fit(feature, values)
    assert state["knots"] == sorted(set(state["knots"]))
    assert len(state["knots"]) < 4
    assert NumberColumn(feature, state).encode([1999, None, 5.5]).sum(axis=1).tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("feature", "fitted_on", "value", "shown"),
    [
        (MOVIELENS.user[2], [25], "27", 25),
        (CategoryFeature(column="country"), ["DE", "FR"], "FR", "FR"),
        (CategoryFeature(column="country"), ["DE", "FR"], "IT", None),
        (CategoriesFeature(column="tags"), [["a", "b"]], ["b", "c", "a"], ["a", "b"]),
        (CategoriesFeature(column="tags"), [["a", "b"]], ["c"], None),
        (HistoryFeature(), [[1, 2, 3]], [3, 9, 1], ["3", "1"]),
        (IdFeature(column="user_id"), [1], 1, None),
        (TextFeature(column="title"), ["a b"], "a", None),
    ],
    ids=str,
)
def test_a_line_is_decoded_to_what_a_person_reads(feature, fitted_on, value, shown):
    column = fitted(feature, fitted_on)
    assert column.decode(column.encode([value])[0]) == shown


@pytest.mark.parametrize("knots", [None, 5])
def test_a_number_is_decoded(knots):
    column = fitted(NumberFeature(column="price", knots=knots), [1, 2, 5, 9, 30])
    assert [column.decode(line) for line in column.encode([1, 3, 30])] == pytest.approx([1, 3, 30], abs=1e-4)
