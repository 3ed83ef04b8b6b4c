"""What goes into a catalogue and what is in it: facts that are refused, rows that are broken, hostile names."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.stores.catalogue import facts_cache

BROKEN = [
    "",
    "{",
    "{}",
    "null",
    "[1]",
    "3",
    '"new"',
    '{"sku": 2, "tags": ["new"',
    '{"sku": 3, "name": "of another item"}',
    '{"sku": "2", "name": "of another item"}',
    '{"name": "the id is not first", "sku": 2}',
    '{"sku": 2, "price": NaN}',
    '{"sku": 2, "price": 1e999}',
    '{"sku": 2, "price": 9223372036854775808}',
    '{"sku": 2, "tags": [1]}',
    '{"sku": 2, "name": {"de": "neu"}}',
    '{"sku": 2, "name": "\\ud800"}',
    "[" * 100_000,
]
"""What may stand in the row of item 2 and is not its facts."""

NAMES = [
    "'; DROP TABLE towhee_recsys_facts; --",
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
def test_a_broken_row_is_as_a_missing_one_and_logged(keyed, catalogue, item, facts, caplog, text):
    catalogue.write([item(1), item(2), item(3)], "v1")
    keyed.spoil("v1", "2", text)
    assert catalogue.get([1, 2, 3, 2], "v1") == [facts(1), None, facts(3), None]
    assert sorted(catalogue.items("v1")) == [(1, facts(1)), (3, facts(3))]
    [message, again] = caplog.messages
    assert message == again
    assert f"{catalogue.url!r} has a broken row for item 2" in message
    assert "`towhee-recsys index`" in message
    catalogue.write([item(2)], "v1")
    assert catalogue.get([2], "v1") == [facts(2)]


def test_a_broken_row_of_an_item_with_a_text_as_id(keyed, catalogue, item, facts, caplog):
    catalogue.write([item("2"), item(2)], "v1")
    keyed.spoil("v1", '"2"', "{")
    assert catalogue.get(["2", 2], "v1") == [None, facts(2)]
    assert "has a broken row for item '2'" in caplog.text


def test_what_was_read_before_is_read_as_it_is_now(keyed, catalogue, item, facts):
    catalogue.write([item(1), item(2)], "v1")
    assert catalogue.get([1, 2], "v1") == [facts(1), facts(2)]
    keyed.spoil("v1", "2", '{"sku": 2, "name": "another"}')
    assert catalogue.get([1, 2], "v1") == [facts(1), {"sku": 2, "name": "another"}]
    catalogue.delete([1], "v1")
    assert catalogue.get([1], "v1") == [None]


def test_what_is_done_to_an_answer_does_not_change_the_next(catalogue, item, facts):
    catalogue.write([item(1)], "v1")
    for _ in range(3):
        [found] = catalogue.get([1], "v1")
        assert found == facts(1)
        found["name"] = "mine"
        found["tags"].append("seen")


def test_any_number_of_items_in_one_answer_and_in_many(catalogue, item, facts, monkeypatch):
    monkeypatch.setattr(facts_cache, "MAX_ITEMS", 3)
    catalogue.write([item(key) for key in range(9)], "v1")
    for ids in ([1, 2], [2, 3, 4], [5, 1], range(9), [8, 0, 9]):
        assert catalogue.get(ids, "v1") == [facts(key) if key < 9 else None for key in ids]


def test_no_more_items_are_kept_than_the_bound(facts, monkeypatch):
    monkeypatch.setattr(facts_cache, "MAX_ITEMS", 3)
    cache, sizes = facts_cache.FactsCache(), []
    for keys in ("12", "3", "4", "012345678", "5"):
        cache.get([], "v1", 1)
        cache.add({key: facts(int(key)) for key in keys})
        sizes.append(len(cache.get("012345678", "v1", 1)))
    assert sizes == [2, 3, 1, 0, 1]
    assert cache.get("5", "v1", 2) == {}


def test_of_a_version_with_broken_rows_only_no_other_takes_the_place(keyed, catalogue, item):
    catalogue.write([item(1)], "items__old")
    catalogue.write([item(1)], "items__new")
    keyed.spoil("items__old", "1", "{")
    assert catalogue.get([1], "items__old") == [None]
    assert catalogue.count("items__old") == 1


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_a_name_and_no_more(catalogue, item, facts, name):
    versions = [f"{other}__1" for other in NAMES]
    for version in versions:
        catalogue.write([item(1, version)], version)
    gone = f"{name}__1"
    assert catalogue.versions(name) == [gone]
    catalogue.drop(gone)
    assert [catalogue.get([1], each) == [facts(1, each)] for each in versions] == [each != gone for each in versions]


WRONG = {
    "'name' is b'x'": {"name": b"x"},
    "'name' is '\\ud800'": {"name": "\ud800"},
    "'name' is {'de': 'neu'}": {"name": {"de": "neu"}},
    "'price' is nan": {"price": float("nan")},
    "'price' is inf": {"price": float("inf")},
    "'price' is 9223372036854775808": {"price": 2**63},
    f"'price' is {np.float32(1)!r}": {"price": np.float32(1)},
    "'tags' is ('a',)": {"tags": ("a",)},
    "'tags' is [1]": {"tags": [1]},
    "'tags' is [None]": {"tags": [None]},
    "'tags' is ['\\udfff']": {"tags": ["\udfff"]},
    "1 is 2": {1: 2},
}


@pytest.mark.parametrize(("given", "wrong"), WRONG.items(), ids=map(ascii, WRONG))
def test_what_cannot_be_a_fact_is_refused(catalogue, item, facts, given, wrong):
    catalogue.write([item(7)], "v1")
    with pytest.raises(QueryError, match=r"^item 7 cannot go into the catalogue: .* Accepted: ") as raised:
        catalogue.write([(7, facts(7) | {"name": "another"} | wrong)], "v1")
    assert given in str(raised.value)
    assert catalogue.get([7], "v1") == [facts(7)]


@pytest.mark.parametrize("given", [{}, None, [], "text", {"name": "no id"}, {"sku": "7"}, {"name": "x", "sku": 7}])
def test_facts_begin_with_the_id(catalogue, given):
    with pytest.raises(QueryError, match=r"^item 7 cannot .*: its facts are .* the first value is the item's id"):
        catalogue.write([(7, given)], "v1")
    assert catalogue.count("v1") == 0


def test_a_load_is_never_held_as_a_whole(catalogue):
    """24 MB of names are written out of a generator."""
    items = ((key, {"sku": key, "name": f"{key:4000}"}) for key in range(6000))
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
        yield key, {"sku": key, "name": "new"}

open_catalogue(sys.argv[1]).write(items(), "m__new")
"""


def test_a_writer_that_is_killed_leaves_a_version_of_its_own_that_can_be_dropped(catalogue, url, item, facts):
    catalogue.write([item(key) for key in range(5)], "m__old")
    with subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout.readline() == "under way\n"
        writer.kill()
    assert catalogue.get(range(6), "m__old") == [*(facts(key) for key in range(5)), None]
    catalogue.drop("m__new")
    assert catalogue.versions("m") == ["m__old"]
    assert catalogue.count("m__new") == 0
