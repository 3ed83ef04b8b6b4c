"""What every catalogue gives back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.stores.catalogue import open_catalogue

FACTS = [
    {"movie_id": 1, "title": "Toy Story", "year": 1995, "genres": ["Animation", "Children's", "Comedy"]},
    {"movie_id": 2, "title": "Amélie — 千と千尋 🎬 Ŝ", "year": 2001, "genres": ["Comédie", "ファンタジー"]},
    {"movie_id": 3, "title": "'; DROP TABLE facts; --", "year": 1999, "genres": ["'", '"', "|", ","]},
    {"movie_id": 4, "title": "An unknown year", "year": None, "genres": ["Drama"]},
    {"movie_id": 5, "title": "No genres", "year": 2020, "genres": []},
    {"movie_id": 6, "title": "Night of the Living " + "Dead " * 20_000, "year": 1968, "genres": ["Horror"] * 50},
    {"movie_id": 7, "title": "", "year": 0, "genres": [""]},
    {"movie_id": 0, "title": "\\ %s {} \n\t\0 ::", "year": -1, "genres": ["a::b"]},
    {"movie_id": -8, "title": "An id below zero", "year": 1, "genres": ["Drama"]},
    {"movie_id": 2**63 - 1, "title": "The highest id", "year": 9999, "genres": ["Drama"]},
    {"movie_id": -(2**63), "title": "The lowest id", "year": -(2**63), "genres": ["Drama"]},
    {"sku": "1", "name": "A text that could be a number", "price": 1.5, "new": True, "tags": None},
    {"sku": " ", "price": 0.1 + 0.2, "new": False},
    {"sku": "a b "},
    {"sku": "a b", "price": -0.0},
    {"sku": "A B", "price": 5e-324},
    {"sku": "é", "price": 1.7976931348623157e308},
    {"sku": "e\u0301", "name": "the same to the eye"},
    {"sku": "\"'; DROP TABLE facts; --\\%s", "ключ \"'%s": "a column of any name"},
    {"sku": "a\r\nb\0c\0", "name": None},
    {"sku": "a\r\nb\0c", "name": None},
    {"sku": "🎬" * 128, "name": "the longest id"},
    {"sku": "\0" * 512, "name": "the longest id of another kind"},
]
ITEMS = [(next(iter(facts.values())), facts) for facts in FACTS]


@pytest.fixture
def filled(catalogue):
    catalogue.write(ITEMS, "v1")
    return catalogue


@pytest.mark.parametrize(("key", "facts"), ITEMS, ids=[ascii(key)[:20] for key, _ in ITEMS])
def test_facts_come_back_as_they_were(filled, key, facts):
    [found] = filled.get([key], "v1")
    assert repr(found) == repr(facts)  # in this order, of these types, to the last digit


def test_all_come_back_in_one_call_in_the_order_asked_for_and_as_often(filled):
    wanted = [*ITEMS[::-1], *ITEMS[:3]]
    assert filled.get([key for key, _ in wanted], "v1") == [facts for _, facts in wanted]
    assert filled.count("v1") == len(ITEMS)


def test_all_items_of_a_version(filled):
    filled.write(ITEMS[:1], "v2")
    assert sorted(map(repr, filled.items("v1"))) == sorted(map(repr, ITEMS))
    assert list(filled.items("v2")) == ITEMS[:1]
    assert list(filled.items("v3")) == []


def test_a_number_and_a_text_are_two_ids(filled):
    assert filled.get([1, "1", np.int64(1), np.str_("1")], "v1") == [FACTS[0], FACTS[11]] * 2
    filled.delete(["1"], "v1")
    assert filled.get([1, "1"], "v1") == [FACTS[0], None]


def test_what_is_missing_is_none(catalogue):
    catalogue.write(ITEMS[:2], "v1")
    assert catalogue.get([9, 2, 2**63 - 1, -1, "2", "x"], "v1") == [None, FACTS[1], None, None, None, None]


def test_no_ids(catalogue):
    assert catalogue.get([], "v1") == []


def test_an_empty_catalogue_has_nothing(catalogue):
    assert catalogue.get([1, "1"], "v1") == [None, None]


@pytest.mark.parametrize(
    "key", [2**63, -(2**63) - 1, 1.5, True, None, b"1", "", "x" * 513, "é" * 257, "\ud800", (1,)], ids=ascii
)
def test_what_is_not_an_id_is_refused(catalogue, key):
    catalogue.write(ITEMS[:1], "v1")
    accepted = (
        r"is not acceptable. Accepted: a whole number of at most 64 bits, or a text of 1 to 512 bytes in UTF-8\.$"
    )
    for call in (lambda ids: catalogue.get(ids, "v1"), lambda ids: catalogue.delete(ids, "v1")):
        with pytest.raises(QueryError, match=accepted):
            call([1, key])
    with pytest.raises(QueryError, match=accepted):
        catalogue.write([(key, {"id": key})], "v1")
    assert catalogue.get([1], "v1") == FACTS[:1]


@pytest.mark.parametrize("kind", [int, str])
def test_ten_thousand_at_once(catalogue, item, facts, kind):
    catalogue.write([item(kind(key)) for key in range(10_000)], "v1")
    ids = [kind(key) for key in range(9_999, -1, -1)]
    assert catalogue.get(ids, "v1") == [facts(key) for key in ids]


def test_an_answer_can_be_changed_without_harm(filled):
    first, again = filled.get([1, 1], "v1")
    first["genres"].append("Changed")
    first["title"] = "Changed"
    assert filled.get([1], "v1") == [FACTS[0]]
    assert again["genres"] is not FACTS[0]["genres"]


def test_it_is_there_when_it_is_opened_again(filled, url):
    assert open_catalogue(url) is filled
    other_spelling = url.replace("sqlite:///", "sqlite:////")  # one and the same to the file system
    assert open_catalogue(other_spelling).get([1], "v1") == [FACTS[0]]


def test_eight_threads_read_and_write(catalogue, item, facts):
    catalogue.write([item(key) for key in range(100)], "v1")

    def work(thread):
        for key in range(thread, 100, 8):
            catalogue.write([item(1000 + key)], "v1")
            assert catalogue.get([key, 1000 + key, 5000], "v1") == [facts(key), facts(1000 + key), None]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert catalogue.get(range(1000, 1100), "v1") == [facts(key) for key in range(1000, 1100)]
