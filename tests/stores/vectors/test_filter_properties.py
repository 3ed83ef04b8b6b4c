"""Filters of all kinds against `Filter.matches`: any text is compared literally, on every store."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.stores.vectors.helpers import rows
from towhee_recsys.stores.vectors import OPERATORS, Clause, Filter, Layout, open_store
from towhee_recsys.stores.vectors.filters import WITH_LISTS, checked_filter

numbers = count()
TYPES = {"price": "number", "brand": "text", "sold": "boolean", "tags": "texts"}
ROWS = 130
"""More than the rows that Milvus Lite compares at once."""

AWKWARD = [
    *(
        "",
        "a",
        "b",
        "A",
        "é",
        "日本",
        "\U0001f600",
        "\ufdd1",
        "\ufffe",
        "'",
        '"',
        "\\",
        '\\"',
        "\n",
        "\r\n",
        "\t",
        "\t1",
        "\f0",
    ),
    *(
        "%",
        "_",
        "a%",
        "a_b",
        "\x00",
        "\x1f",
        "\x7f",
        "\u2028",
        "\\n",
        "\\u0041",
        'x" or id >= 0 or f_brand == "',
        "] or id >= 0",
        "#",
        "{a}",
    ),
]
"""Texts that a filter might take for something else."""

texts = st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8", exclude_characters="\ufdd0"), max_size=6)
floats = st.sampled_from([0.0, 1.0, -1.0, 0.1, 1e300, 5e-324, 2.0**60]) | st.floats(
    min_value=-1.7e308,
    max_value=1.7e308,  # the lowest of all stands for a missing number
)
VALUES = {"number": floats, "text": texts, "boolean": st.booleans(), "texts": st.lists(texts, max_size=4)}
ELEMENTS = {**VALUES, "texts": texts}


@st.composite
def clauses(draw):
    field = draw(st.sampled_from(list(TYPES)))
    kind = TYPES[field]
    op = draw(st.sampled_from(OPERATORS[kind]))
    if op == "exists":
        return Clause(field, op, draw(st.booleans()))
    values = ELEMENTS[kind]
    return Clause(
        field, op, tuple(draw(st.lists(values, min_size=1, max_size=4))) if op in WITH_LISTS else draw(values)
    )


filters = st.builds(
    Filter,
    st.lists(clauses(), min_size=1, max_size=3).map(tuple),
    st.none() | st.frozensets(st.integers(-1, ROWS), max_size=ROWS),
)


@pytest.fixture(scope="module")
def build(uri):
    """A store, and a build with awkward values: its name, vectors and fields."""
    store, name, rng = open_store(uri), f"awkward_{next(numbers)}", np.random.default_rng(0)
    vectors = rng.normal(size=(ROWS, 8)).astype(np.float32)
    prices = [0.0, 1.0, -1.0, 0.1, 1e300, 5e-324, 2.0**60, float("inf"), float("-inf"), None]
    drawn = [rng.choice(len(AWKWARD), size=rng.integers(0, 5), replace=False) for _ in range(ROWS)]
    fields = {
        "price": [prices[row % len(prices)] for row in range(ROWS)],
        "brand": [[*AWKWARD, None][row % (len(AWKWARD) + 1)] for row in range(ROWS)],
        "sold": [[True, False, None][row % 3] for row in range(ROWS)],
        "tags": [[AWKWARD[number] for number in each] for each in drawn],
    }
    store.create(name, Layout(8, "int", TYPES))
    store.append(name, rows(range(ROWS), vectors, fields))
    return store, name, vectors, fields


def agrees(build, where):
    store, name, vectors, fields = build
    where = checked_filter(where, TYPES, "int")
    matching = {row for row in range(ROWS) if where.matches(row, {key: values[row] for key, values in fields.items()})}
    assert {*store.matching(name, where)} == matching
    [hits] = store.search(name, vectors[:1], 10, where=where)
    nearest = sorted(matching, key=lambda row: -float(vectors[row] @ vectors[0]))[:10]
    assert [key for key, _ in hits] == nearest


@settings(max_examples=150)
@given(where=filters)
@example(where=Filter((Clause("tags", "none", ("\n",)), Clause("brand", "gte", "\n"))))
@example(where=Filter((Clause("price", "not_in", (0.0,)), Clause("price", "lte", 1.0))))
def test_every_filter_finds_what_matches(build, where):
    agrees(build, where)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_compared_literally(build, text):
    for clause in (
        *(Clause("brand", op, text) for op in ("eq", "gte", "lte")),
        *(Clause("brand", op, (text, "no such")) for op in ("in", "not_in")),
        *(Clause("tags", op, (text,)) for op in ("any", "all", "none")),
        *(Clause("tags", op, (text, "a", '"')) for op in ("any", "all", "none")),
    ):
        agrees(build, Filter((clause,)))


@settings(max_examples=15)
@given(
    words=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\ufdd0")), min_size=1, max_size=8, unique=True
    )
)
def test_any_text_is_stored_and_found_as_it_is(build, words):
    store, name = build[0], f"texts_{next(numbers)}"
    store.create(name, Layout(2, "int", {"text": "text", "list": "texts"}))
    fields = {"text": words, "list": [[word, word + "x"] for word in words]}
    store.append(name, rows(range(len(words)), np.ones((len(words), 2)), fields))
    assert store.rows(name, range(len(words))).fields["list"] == fields["list"]
    for row, word in enumerate(words):
        holding = [other for other, listed in enumerate(fields["list"]) if word in listed]
        assert store.matching(name, Filter((Clause("text", "eq", word),))) == [row]
        assert sorted(store.matching(name, Filter((Clause("list", "any", (word,)),)))) == holding
        assert store.count(name, Filter((Clause("list", "none", (word,)),))) == len(words) - len(holding)
    store.drop(name)
