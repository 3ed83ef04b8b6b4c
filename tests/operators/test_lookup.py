"""lookup gives hits their facts, which catalogue_insert has written."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.operators import CatalogueInsert, Lookup
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Hit, Receipt

SCHEMA = ItemSchema("sku", "text", "name", {"name": "text", "price": "number", "tags": "texts"}, {})
LAMP = {"sku": "6", "name": "Lamp", "price": 2.5, "tags": ["new"]}
CHAIR = {"sku": "7", "name": "Chair", "price": None, "tags": []}
RECEIPT = Receipt("items__unknown_000001", None, 8, np.array(["6", "7"], object), np.zeros(2, np.uint64), SCHEMA)


def hit(key, score=0.5, predicted_rating=None, build=RECEIPT.build):
    return Hit(key, score, predicted_rating, build)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'items.sqlite'}"


@pytest.fixture
def lookup(url):
    CatalogueInsert(url)([LAMP, CHAIR], RECEIPT)
    return Lookup(url)


@pytest.fixture
def trips(lookup, monkeypatch):
    """The calls of the catalogue's `get`: the ids and the version of each."""
    catalogue, calls = lookup._catalogue, []
    get = catalogue.get
    monkeypatch.setattr(catalogue, "get", lambda ids, version: calls.append((list(ids), version)) or get(ids, version))
    return calls


def test_hits_become_recommendations_with_their_keys_in_order(lookup):
    found = lookup([hit("7", 0.9, 4.5), hit("6", 0.8)])
    assert found == [
        {"rank": 1, **CHAIR, "score": 0.9, "predicted_rating": 4.5},
        {"rank": 2, **LAMP, "score": 0.8},
    ]
    assert list(found[0]) == ["rank", "sku", "name", "price", "tags", "score", "predicted_rating"]


def test_how_sure_a_predicted_rating_is_comes_after_it(lookup):
    [item] = lookup([replace(hit("7", 0.9, 4.5), predicted_rating_std=0.8)])
    assert [*item.items()][-2:] == [("predicted_rating", 4.5), ("predicted_rating_std", 0.8)]


def test_a_list_gives_what_its_members_give_one_by_one_in_one_round_trip(lookup, trips):
    queries = [[hit("6"), hit("7")], [], [hit("7")]]
    together = lookup(queries)
    assert trips == [(["6", "7"], RECEIPT.build)]
    assert together == [lookup(hits) for hits in queries]


@pytest.mark.parametrize("hits", [[], [[]], [[], []]])
def test_no_hits(lookup, hits, trips):
    assert lookup(hits) == hits
    assert trips == []


def test_hits_have_the_facts_of_their_build_by_one_round_trip_each(url, lookup, trips):
    later = replace(RECEIPT, build="items__unknown_000002")
    CatalogueInsert(url)([LAMP | {"name": "Lamp II"}], later)
    hits = [hit("6", build=later.build), hit("6"), hit("6", build=later.build), hit("6", build=RECEIPT.build)]
    assert [item["name"] for item in lookup(hits)] == ["Lamp II", "Lamp", "Lamp II", "Lamp"]
    assert trips == [(["6"], later.build), (["6"], RECEIPT.build)]


def test_a_hit_without_facts_is_left_out_with_one_warning_and_ranks_have_no_gap(lookup, caplog):
    hits = [hit("8", 0.9), hit("6", 0.8), hit(6, 0.7), hit("7", 0.6)]
    assert lookup([hits, hits[:1]]) == [
        [{"rank": 1, **LAMP, "score": 0.8}, {"rank": 2, **CHAIR, "score": 0.6}],
        [],
    ]
    [message] = caplog.messages
    assert "lacks the facts of 2 of the 4 items found" in message


def test_a_hit_with_broken_facts_is_left_out_with_one_warning(url, lookup, caplog):
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("""UPDATE facts SET facts = '{"sku": "6", "na' WHERE id = '"6"'""")
    assert lookup([hit("6"), hit("7")]) == [{"rank": 1, **CHAIR, "score": 0.5}]
    assert sum("broken row for item '6'" in message for message in caplog.messages) == 1


def test_a_query_whose_hits_all_lack_facts_gets_no_items_alone_as_in_a_list(lookup, caplog):
    none, one = [hit("8", build=RECEIPT.build), hit("9")], [hit("6", build=RECEIPT.build)]
    assert lookup([none, one]) == [lookup(none), lookup(one)] == [[], [{"rank": 1, **LAMP, "score": 0.5}]]
    assert "lacks the facts of 2 of the 2 items found" in caplog.text


def test_a_build_without_facts_is_gone_and_no_other_answers_for_it(url, lookup):
    with pytest.raises(IndexMismatchError) as raised:
        lookup([[hit("6")], [hit("6", build="items__unknown_000009")]])
    assert all(
        part in str(raised.value) for part in ("items__unknown_000009 is gone", repr(url), "towhee-recsys index")
    )


def test_a_hit_without_a_build_is_refused(lookup):
    with pytest.raises(QueryError, match="a hit without a build"):
        lookup([hit("6", build="")])


@pytest.mark.parametrize("given", [[{"movie_id": 6, "score": 0.5}], [[6]], [6], [[None]]])
def test_what_is_not_a_hit_is_refused(lookup, given):
    with pytest.raises(QueryError, match="lookup takes hits as milvus_search returns them"):
        lookup(given)


def test_facts_are_found_as_soon_as_they_are_written(url):
    lookup = Lookup(url)
    with pytest.raises(IndexMismatchError, match="is gone"):
        lookup([hit("6", 1.0)])
    assert CatalogueInsert(url)([LAMP], RECEIPT) is RECEIPT
    assert lookup([hit("6", 1.0)])[0]["name"] == "Lamp"


def test_the_facts_are_the_declared_columns(url):
    record = {"weight": 3, "tags": ("new",), "price": np.float32(2.5), "name": "Lamp", "sku": "6"}
    CatalogueInsert(url, id="weight")(record, RECEIPT)
    [facts] = open_catalogue(url).get(["6"], RECEIPT.build)
    assert list(facts.items()) == list(LAMP.items())
    with pytest.raises(
        QueryError, match=r"^item '6' cannot go into the catalogue: 'price' is 'cheap'\. Accepted: a finite"
    ):
        CatalogueInsert(url)([record | {"price": "cheap"}], RECEIPT)


def test_without_a_schema_the_facts_are_the_whole_record_and_the_id_column_is_named(url):
    plain = replace(RECEIPT, items=None)
    record = {"name": "Lamp", "key": 6}
    with pytest.raises(QueryError, match=r"which column of an item record is its id.*id='item_id'"):
        CatalogueInsert(url)([record], plain)
    CatalogueInsert(url, id="key")([record], plain)
    assert Lookup(url)([hit(6)]) == [{"rank": 1, "key": 6, "name": "Lamp", "score": 0.5}]


@pytest.mark.parametrize("operator", [Lookup, CatalogueInsert])
def test_another_kind_of_catalogue_is_refused_when_it_is_built(operator):
    with pytest.raises(StoreError, match="Accepted: sqlite:///FILE"):
        operator("mongodb://host/items")


def test_a_second_argument_by_place_was_staged_once_and_is_refused(url):
    with pytest.raises(QueryError, match=r"name of a column as id; True was given.*`staged`.*leave it out"):
        CatalogueInsert(url, True)
