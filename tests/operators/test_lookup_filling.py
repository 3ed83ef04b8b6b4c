"""A hit whose facts are missing or broken is skipped, and the next hit of the search fills its place."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from tests.vectors import embeddings
from towhee_recsys.errors import StoreError
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.operators import Lookup, MilvusSearch
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import insert, open_index, publish, start_build

ROWS = 30


@pytest.fixture(scope="module")
def vectors():
    return normalize(embeddings(np.random.default_rng(0).normal(size=(ROWS, 8)), ModelRef("a" * 16)))


@pytest.fixture(scope="module")
def store(tmp_path_factory, vectors):
    """An index and its catalogue, all items in both."""
    folder = tmp_path_factory.mktemp("filling")
    uri, url = str(folder / "movies.db"), f"sqlite:///{folder / 'movies.sqlite'}"
    index, catalogue = open_index(uri, "movies"), open_catalogue(url)
    build = start_build(index, "a" * 16, 8)
    catalogue.write([fact(key) for key in range(ROWS)], build)
    publish(index, [insert(index, build, range(ROWS), vectors)], catalogue)
    return uri, url


@pytest.fixture
def ask(store, vectors):
    """What is recommended to queries that are the items' own vectors, and the hits that it is made of."""
    uri, url = store

    def ask(top_k, rows):
        hits = MilvusSearch(uri, "movies", top_k)(vectors[rows])
        return [[item["movie_id"] for item in items] for items in Lookup(url)(hits)]

    return ask


@pytest.fixture
def without(store):
    """Takes the facts of items out of the catalogue; they are back after the test."""
    catalogue, version = open_catalogue(store[1]), open_index(store[0], "movies").record.build
    yield lambda ids: catalogue.delete(ids, version)
    catalogue.write([fact(key) for key in range(ROWS)], version)


def fact(key):
    return {"movie_id": key, "title": f"Item {key}", "year": 2000, "genres": ["Drama"]}


def test_the_next_hit_fills_the_place(ask, without, caplog):
    [[first, second, third, *rest]] = ask(6, [4])
    without([first, third])
    assert ask(4, [4]) == [[second, *rest]]
    assert caplog.messages == ["the catalogue lacks 2 of 4 items found"]


def test_it_does_so_for_each_of_several_queries(ask, without):
    whole = ask(ROWS, [1, 2, 3])
    gone = {order[0] for order in whole}
    without(gone)
    assert ask(5, [1, 2, 3]) == [[key for key in order if key not in gone][:5] for order in whole]


def test_when_many_lack_it_goes_on_to_the_end(ask, without):
    [order] = ask(ROWS, [4])
    without(order[:25])
    assert ask(3, [4]) == [order[25:28]]
    assert ask(10, [4]) == [order[25:]]


def test_one_hit_without_facts_is_made_up_for(ask, without):
    [order] = ask(2, [7])
    without(order[:1])
    assert ask(1, [7]) == [order[1:]]


def test_ranks_count_what_is_there(ask, store, without, vectors):
    without([4])
    items = Lookup(store[1])(MilvusSearch(store[0], "movies", 3)(vectors[4]))
    assert [item["rank"] for item in items] == [1, 2, 3]
    assert items[0]["score"] > items[1]["score"] > items[2]["score"]


def test_a_catalogue_that_knows_none_is_told(ask, without):
    without(range(ROWS))
    with pytest.raises(StoreError, match=r"^the catalogue knows none of the 3 items found\. Build it with"):
        ask(3, [4])


def test_broken_facts_are_as_good_as_none(ask, store, without):
    [[first, *rest]] = ask(4, [4])
    with sqlite3.connect(store[1].removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE items SET genres = '[\"Drama' WHERE movie_id = ?", (first,))
    assert ask(3, [4]) == [rest]
