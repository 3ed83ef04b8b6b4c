"""What goes into a catalogue and what lies in it: records that are none, rows that are broken, hostile names."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.stores.catalogue import facts_cache

BROKEN = ["", "{", "null", "[1]", "3", '"Drama"', '["Drama"', '{"title": 1, "year": 1, "genres": []}', "[" * 100_000]

NAMES = [
    "'; DROP TABLE towhee_recsys_items; --",
    "*",
    "a\r\nFLUSHALL\r\n",
    "%s %(x)s {} ?",
    "a b ",
    "a b",
    "A B",
    "é🎬",
    "\0",
]


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_row_is_as_a_missing_one_and_logged(store, catalogue, published, item, caplog, text):
    published([item(1), item(2), item(3)])
    store.spoil("v1", 2, text)
    assert catalogue.get([1, 2, 3, 2]) == [item(1), None, item(3), None]
    assert caplog.messages == [
        f"the catalogue {catalogue.url!r} has a broken row for item 2, which is left out; "
        "`towhee-recsys index` writes it anew"
    ]
    catalogue.write([item(2)], "v1")
    assert catalogue.get([2]) == [item(2)]


def test_what_was_read_before_is_read_as_it_is_now(store, catalogue, published, item):
    published([item(1), item(2)])
    assert catalogue.get([1, 2]) == [item(1), item(2)]
    store.spoil("v1", 2, '["Western"]')
    assert catalogue.get([1, 2])[0] == item(1)
    assert catalogue.get([1, 2])[1] != item(2)
    catalogue.delete([1], "v1")
    assert catalogue.get([1]) == [None]


def test_what_is_done_to_an_answer_does_not_change_the_next(catalogue, published, item):
    published([item(1)])
    for _ in range(3):
        [facts] = catalogue.get([1])
        assert facts == item(1)
        facts["title"] = "mine"
        facts["genres"].append("seen")


def test_any_number_of_items_in_one_answer_and_in_many(catalogue, published, item, monkeypatch):
    monkeypatch.setattr(facts_cache, "MAX_ITEMS", 3)
    published([item(key) for key in range(9)])
    for ids in ([1, 2], [2, 3, 4], [5, 1], range(9), [8, 0, 9]):
        assert catalogue.get(ids) == [item(key) if key < 9 else None for key in ids]


def test_no_more_items_are_kept_than_the_bound(item, monkeypatch):
    monkeypatch.setattr(facts_cache, "MAX_ITEMS", 3)
    known, sizes = facts_cache.FactsCache(), []
    for keys in ([1, 2], [3], [4], range(9), [5]):
        known.of([], "v1", 1)
        known.keep({key: item(key) for key in keys})
        sizes.append(len(known.of(range(9), "v1", 1)))
    assert sizes == [2, 3, 1, 0, 1]
    assert known.of([5], "v1", 2) == {}


def test_of_a_version_with_broken_rows_only_no_other_takes_the_place(store, catalogue, item):
    catalogue.write([item(1)], "items__old")
    catalogue.write([item(1)], "items__new")
    catalogue.publish("items__new")
    store.spoil("items__old", 1, "{")
    assert catalogue.get([1], "items__old") == [None]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_name_and_no_more(catalogue, item, name):
    versions = [f"{other}__1" for other in NAMES]
    for version in versions:
        catalogue.write([item(1, version)], version)
        catalogue.publish(version)
    assert catalogue.versions(name) == [f"{name}__1"]
    assert catalogue.live(name) == f"{name}__1"
    catalogue.publish(f"{name}__2")
    catalogue.keep(name, [])
    gone = f"{name}__1"
    assert [catalogue.get([1], each) == [item(1, each)] for each in versions] == [each != gone for each in versions]


WRONG = [
    {"movie_id": 2**63},
    {"movie_id": "7"},
    {"movie_id": True},
    {"title": None},
    {"title": "\ud800"},
    {"year": "1995"},
    {"year": 1995.5},
    {"year": 2**63},
    {"genres": "Drama|Comedy"},
    {"genres": None},
    {"genres": [1]},
    {"genres": ["\udfff"]},
]


@pytest.mark.parametrize("wrong", WRONG, ids=map(ascii, WRONG))
def test_what_is_no_item_is_refused(catalogue, published, item, wrong):
    published([item(7)])
    facts = item(7) | {"title": "another"} | wrong
    with pytest.raises(QueryError) as raised:
        catalogue.write([facts], "v1")
    assert str(raised.value) == (
        f"item {facts['movie_id']!r} cannot go into the catalogue. An item has movie_id (a whole number), "
        "title (a text), year (a whole number or None) and genres (a list of texts); numbers of at most 64 bits, "
        "texts of Unicode."
    )
    assert catalogue.get([7]) == [item(7)]


def test_what_lacks_a_fact_is_refused_and_a_year_may_lack(catalogue, published):
    for facts in ({"title": "Heat", "genres": []}, {"movie_id": 1, "genres": []}, {"movie_id": 1, "title": ""}, None):
        with pytest.raises(QueryError, match=r"^item (1|None) cannot go into the catalogue"):
            catalogue.write([facts], "v1")
    published([{"movie_id": 1, "title": "Heat", "genres": ("Crime",)}])
    assert catalogue.get([1]) == [{"movie_id": 1, "title": "Heat", "year": None, "genres": ["Crime"]}]


def test_numbers_of_numpy_s_are_numbers(catalogue, published):
    published([{"movie_id": np.int64(1), "title": "Heat", "year": np.int32(1995), "genres": np.array(["Crime"])}])
    [facts] = catalogue.get(np.array([1]))
    assert facts == {"movie_id": 1, "title": "Heat", "year": 1995, "genres": ["Crime"]}
    assert {type(facts["movie_id"]), type(facts["year"])} == {int}


def test_a_load_is_never_held_as_a_whole(catalogue):
    """24 MB of titles are written out of a generator."""
    items = ({"movie_id": key, "title": f"{key:4000}", "year": 1995, "genres": []} for key in range(6000))
    tracemalloc.start()
    try:
        catalogue.write(items, "m__1")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert catalogue.count("m__1") == 6000
    assert peak < 20_000_000


KILLED = """
import sys
from towhee_recsys.stores.catalogue import open_catalogue

def items():
    for key in range(10**9):
        if key == 2500:
            print("under way", flush=True)
        yield {"movie_id": key, "title": "new", "year": None, "genres": []}

open_catalogue(sys.argv[1]).write(items(), "m__new")
"""


def test_a_writer_that_is_killed_leaves_nothing_that_is_served(catalogue, url, published, item):
    published([item(key) for key in range(5)], "m__old")
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "under way\n"
        writer.kill()
    assert catalogue.get(range(6)) == [*(item(key) for key in range(5)), None]
    catalogue.keep("m", [])
    assert catalogue.versions("m") == ["m__old"]
    assert catalogue.count("m__new") == 0
