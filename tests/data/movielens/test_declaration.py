"""A declaration of MovieLens that the reader cannot follow is refused before anything is read."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from tests.declarations import schema
from towhee_recsys.data import check_dataset, ensure_dataset, iter_items, read_dataset
from towhee_recsys.errors import DeclarationError
from towhee_recsys.features import IdFeature


def message(do: Any, **dataset: Any) -> str:
    with pytest.raises(DeclarationError) as caught:
        do(schema(name="sample", format="movielens", **dataset))
    return str(caught.value)


@pytest.mark.parametrize(
    ("dataset", "facts"),
    [
        ({"items": {"show": ["director"]}}, ["items.show[0]: given 'director'", "'year', 'genres'"]),
        ({"items": {"filter": ["year", "genre"]}}, ["items.filter[1]: given 'genre'", "Did you mean 'genres'?"]),
        ({"items": {"title": "genres"}}, ["items.title: given 'genres'", "accepted: 'title'"]),
        ({"items": {"lists": {"genres": ","}}}, ["items.lists: given {'genres': ','}", "{'genres': '|'}"]),
        ({"items": {"codes": {"studio": {"names": {1: "a"}}}}}, ["items.codes.studio: given 'studio'", "'title'"]),
        ({"users": {"path": "people.csv"}}, ["users.path: given 'people.csv'", "accepted: nothing"]),
        ({"users": {"lists": {"zip_code": "-"}}}, ["users.lists: given {'zip_code': '-'}", "accepted: nothing"]),
        ({"users": {"codes": {"city": {"names": {1: "a"}}}}}, ["users.codes.city: given 'city'", "'zip_code'"]),
        ({"users": {"codes": {"age": {"names": {"old": "Old"}}}}}, ["age.names: given 'old'", "whole numbers"]),
        ({"users": {"codes": {"occupation": {"names": {"x": "X"}}}}}, ["occupation.names: given 'x'", "whole numbers"]),
        ({"users": {"codes": {"gender": {"names": {1: "one"}}}}}, ["gender.names: given 1", "texts"]),
        ({"interactions": {"item": "film"}}, ["interactions.item: given 'film'", "accepted: 'movie_id'"]),
        ({"interactions": {"rating": "stars"}}, ["interactions.rating: given 'stars'", "accepted: 'rating'"]),
        ({"interactions": {"test": "test.dat"}}, ["interactions.test: given 'test.dat'", "accepted: nothing"]),
        ({"interactions": {"time": "when"}}, ["interactions.time: given 'when'", "accepted: 'timestamp'"]),
        ({"interactions": {"time_unit": "ms"}}, ["interactions.time_unit: given 'ms'", "accepted: 's'"]),
        ({"interactions": {"separator": "|"}}, ["interactions.separator: given '|'", "accepted: nothing"]),
        ({"users": {"columns": ["id"]}}, ["users.columns: given ['id']", "accepted: nothing"]),
        ({"items": {"missing": ["-"]}}, ["items.missing: given ['-']", "accepted: nothing"]),
        ({"items": {"multi_hot": {"a": ["b"]}}}, ["items.multi_hot: given {'a': ['b']}", "accepted: nothing"]),
        ({"tables": {"items": None}}, ["dataset.tables: given items", "accepted: nothing"]),
    ],
)
def test_what_the_reader_does_not_give(dataset: Any, facts: list[str]) -> None:
    found = message(read_dataset, **dataset)
    assert [fact for fact in [*facts, "dataset.", "format: table"] if fact not in found] == []


@pytest.mark.parametrize("do", [check_dataset, ensure_dataset, read_dataset, lambda each: list(iter_items(each))])
def test_every_way_to_the_data_refuses_it(do: Any) -> None:
    assert "items.show[0]: given 'director'" in message(do, items={"show": ["director"]})


def test_all_that_is_wrong_is_named_at_once() -> None:
    found = message(read_dataset, items={"show": ["director", "year"], "title": "name"})
    assert found.startswith("- dataset.items.title: given 'name'")
    assert "\n- dataset.items.show[0]: given 'director'" in found


def test_another_id() -> None:
    from towhee_recsys.config import load_config

    features = {"user": [IdFeature(column="uid").model_dump()]}
    config = load_config("sample", dataset={"users": {"id": "uid"}}, features=features)
    with pytest.raises(DeclarationError, match=r"dataset\.users\.id: given 'uid', accepted: 'user_id'"):
        read_dataset(config.dataset)


def test_what_it_may_say() -> None:
    items = {"title": None, "show": ["movie_id", "title", "genres"], "filter": ["year"]}
    codes = {"age": {"names": {1: "young", 40: "old"}, "groups_to": 99}}
    declared = schema(name="sample", items=items, users={"codes": codes}, strict=False)
    dataset = read_dataset(declared)
    assert dataset.item_schema.facts == {"movie_id": "number", "title": "text", "genres": "texts", "year": "number"}
    record = next(chain.from_iterable(iter_items(declared)))
    assert record.keys() >= dataset.item_schema.facts.keys()
