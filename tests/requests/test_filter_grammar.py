"""Filters as JSON has them: what they stand for, and what is refused, with the field and what it accepts."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from towhee_recsys.errors import QueryError
from towhee_recsys.requests.filter_grammar import filter_clauses
from towhee_recsys.stores.vectors import Clause

COLUMNS = {"year": "number", "brand": "text", "sold": "boolean", "genres": "texts"}


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("{}", ()),
        ('{"year": {"gte": 1990, "lte": 1999.5}}', (Clause("year", "gte", 1990.0), Clause("year", "lte", 1999.5))),
        ('{"year": 1990}', (Clause("year", "eq", 1990.0),)),
        ('{"year": [1990, 1991, 1990]}', (Clause("year", "in", (1990.0, 1991.0)),)),
        ('{"year": {"not_in": [1990]}}', (Clause("year", "not_in", (1990.0,)),)),
        ('{"brand": "Acme"}', (Clause("brand", "eq", "Acme"),)),
        ('{"brand": ["Acme", ""]}', (Clause("brand", "in", ("Acme", "")),)),
        ('{"brand": {"gte": "A"}}', (Clause("brand", "gte", "A"),)),
        ('{"sold": true}', (Clause("sold", "eq", True),)),
        ('{"sold": {"in": [true, false]}}', (Clause("sold", "in", (True, False)),)),
        ('{"genres": ["Comedy"]}', (Clause("genres", "any", ("Comedy",)),)),
        (
            '{"genres": {"none": ["Horror"], "exists": true}}',
            (Clause("genres", "none", ("Horror",)), Clause("genres", "exists", True)),
        ),
        (
            '{"genres": {"all": ["a", "b"]}, "year": {"exists": false}}',
            (Clause("genres", "all", ("a", "b")), Clause("year", "exists", False)),
        ),
    ],
)
def test_what_a_filter_stands_for(text, clauses):
    assert filter_clauses(json.loads(text), COLUMNS) == clauses


def test_values_of_numpy():
    given = {"year": {"in": np.array([1990, 1991])}, "sold": np.bool_(True)}
    assert filter_clauses(given, COLUMNS) == (Clause("year", "in", (1990.0, 1991.0)), Clause("sold", "eq", True))


@pytest.mark.parametrize(
    ("text", "field", "facts"),
    [
        ('["Comedy"]', "filter", ["given ['Comedy']", "a mapping of columns to comparisons"]),
        ('"genres == 1"', "filter", ["given 'genres == 1'", "a mapping of columns"]),
        ('{"genre": ["Comedy"]}', "filter.genre", ["'genre'", "Did you mean 'genres'?", "year, brand, sold, genres"]),
        ('{"zzz": {}}', "filter.zzz", ["'zzz'", "year, brand, sold, genres"]),
        ('{"year": {}}', "filter.year", ["given {}", "a comparison: eq, in, not_in, gte, lte, exists"]),
        (
            '{"year": {"get": 1990}}',
            "filter.year",
            ["given 'get'", "eq, in, not_in", "Did you mean 'gte'?", "type number"],
        ),
        ('{"year": {"any": [1990]}}', "filter.year", ["given 'any'", "eq, in, not_in, gte, lte, exists"]),
        ('{"genres": {"eq": "Comedy"}}', "filter.genres", ["given 'eq'", "any, all, none, exists", "type texts"]),
        ('{"genres": "Comedy"}', "filter.genres.any", ["given 'Comedy'", "a list of 1 to 1,000 texts"]),
        ('{"genres": []}', "filter.genres.any", ["given []", "a list of 1 to 1,000 texts", "leave the comparison out"]),
        ('{"year": null}', "filter.year.eq", ["given None", "a finite number"]),
        ('{"year": {"gte": "1990"}}', "filter.year.gte", ["given '1990'", "a finite number"]),
        ('{"year": {"gte": NaN}}', "filter.year.gte", ["given nan", "a finite number"]),
        ('{"year": {"lte": Infinity}}', "filter.year.lte", ["given inf", "a finite number"]),
        ('{"year": {"gte": [1990]}}', "filter.year.gte", ["given [1990]", "a finite number"]),
        ('{"sold": 1}', "filter.sold.eq", ["given 1", "true or false"]),
        ('{"brand": {"exists": 1}}', "filter.brand.exists", ["given 1", "true or false"]),
        ('{"brand": {"eq": {"x": 1}}}', "filter.brand.eq", ["given {'x': 1}", "a text"]),
        (
            json.dumps({"year": list(range(1001))}),
            "filter.year.in",
            ["1,001 values", "a list of 1 to 1,000 finite numbers"],
        ),
        (json.dumps({"year": 10**400}), "filter.year.eq", ["a finite number"]),
    ],
)
def test_what_is_refused(text, field, facts):
    with pytest.raises(QueryError) as raised:
        filter_clauses(json.loads(text), COLUMNS)
    assert raised.value.field == field
    assert raised.value.accepted
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


def test_where_no_column_can_be_filtered_by():
    with pytest.raises(QueryError, match=r"dataset\.items\.filter declares none"):
        filter_clauses({"year": 1990}, {})


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["eq", "any", "in", "exists"]), inner),
)


@given(given=st.dictionaries(st.sampled_from(list(COLUMNS)) | st.text(), json_values) | json_values)
def test_any_json_is_a_filter_or_refused(given):
    try:
        clauses = filter_clauses(given, COLUMNS)
    except QueryError:
        return
    assert all(clause.field in COLUMNS for clause in clauses)
