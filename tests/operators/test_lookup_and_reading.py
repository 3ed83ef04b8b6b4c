"""What lookup, catalogue_insert and read_movielens take and give."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.errors import DatasetError, StoreError
from towhee_recsys.operators import CatalogueInsert, Lookup, ReadMovielens
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Hits, Receipt

HEAT = {"movie_id": 6, "title": "Heat", "year": 1995, "genres": ["Action", "Crime"]}
RONIN = {"movie_id": 7, "title": "Ronin", "year": None, "genres": []}
RECEIPT = Receipt("items__unknown_000001", None, 8, np.array([6, 7]), np.zeros(2, np.uint64))


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'movies.sqlite'}"


@pytest.fixture
def lookup(url):
    CatalogueInsert(url)([HEAT, RONIN], RECEIPT)
    return Lookup(url)


def test_hits_become_recommendations_with_their_keys_in_order(lookup):
    hits = [{"movie_id": 7, "score": 0.9, "predicted_rating": 4.5}, {"movie_id": 6, "score": 0.8}]
    found = lookup(hits)
    assert found == [{"rank": 1, **RONIN, **hits[0]}, {"rank": 2, **HEAT, **hits[1]}]
    assert list(found[0]) == ["rank", "movie_id", "title", "year", "genres", "score", "predicted_rating"]


def test_a_hit_that_the_catalogue_lacks_is_left_out_and_logged(lookup, caplog):
    hits = [{"movie_id": key, "score": 0.5} for key in (8, 6, 9)]
    assert lookup([hits, hits[:1]]) == [[{"rank": 1, **HEAT, "score": 0.5}], []]
    assert caplog.messages == ["the catalogue lacks 2 of 3 items found"]


@pytest.mark.parametrize("hits", [[], [[]], [[], []]])
def test_no_hits(lookup, hits):
    assert lookup(hits) == hits


def test_staged_facts_wait_for_the_switch(url):
    assert CatalogueInsert(url, staged=True)([HEAT], RECEIPT) is RECEIPT
    with pytest.raises(StoreError, match="holds no items yet"):
        Lookup(url)
    open_catalogue(url).publish(RECEIPT.build)
    assert Lookup(url)([{"movie_id": 6, "score": 1.0}])[0]["title"] == "Heat"


def test_hits_that_know_their_build_have_its_facts(url, lookup):
    later = replace(RECEIPT, build="items__unknown_000002")
    CatalogueInsert(url, staged=True)([HEAT | {"title": "Heat II"}], later)
    hits = [{"movie_id": 6, "score": 1.0}]
    assert [lookup(each)[0]["title"] for each in (hits, Hits(hits, later.build))] == ["Heat", "Heat II"]


def test_a_catalogue_of_other_items_is_told(lookup):
    with pytest.raises(StoreError, match=r"^the catalogue knows none of the 2 items found\. Build it with"):
        lookup([[{"movie_id": 8, "score": 0.5}], [{"movie_id": 9, "score": 0.5}]])


@pytest.mark.parametrize("operator", [Lookup, CatalogueInsert])
def test_another_kind_of_catalogue_is_refused_when_it_is_built(operator):
    with pytest.raises(StoreError, match="Accepted: sqlite:///FILE"):
        operator("mongodb://host/items")


@pytest.mark.parametrize(("size", "chunks"), [(1000, [326]), (326, [326]), (100, [100, 100, 100, 26]), (1, [1] * 326)])
def test_items_are_read_in_chunks(size, chunks):
    read = list(ReadMovielens(chunk_size=size)(str(SAMPLE_DIR)))
    assert [len(chunk) for chunk in read] == chunks
    items = [item for chunk in read for item in chunk]
    assert items[1] == {"movie_id": 5002, "title": "City Lights", "year": 1931, "genres": ["Comedy", "Romance"]}
    assert [item["movie_id"] for item in items] == list(range(5001, 5327))
    assert items == [each for chunk in ReadMovielens()(str(SAMPLE_DIR / "movies.dat")) for each in chunk]


def test_how_strict_it_reads(tmp_path):
    (tmp_path / "movies.dat").write_bytes(b"1::A (1999)::Drama\nbad\n2::\xc3\xa9 (2000)::Drama\n")
    with pytest.raises(DatasetError, match=r"movies\.dat:2"):
        list(ReadMovielens()(str(tmp_path)))
    read = ReadMovielens(strict=False, max_bad_share=0.5, encoding="utf-8")
    assert [[item["title"] for item in chunk] for chunk in read(str(tmp_path))] == [["A", "é"]]
    with pytest.raises(DatasetError):
        list(ReadMovielens(strict=False, max_bad_share=0.1)(str(tmp_path)))
