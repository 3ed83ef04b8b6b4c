"""What every catalogue makes of versions: a reader sees a whole one, and the switch is one step."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from towhee_recsys.errors import StoreError


def versions_seen(catalogue, ids):
    return {each and each["tags"][1] for each in catalogue.get(ids)}


def test_what_is_written_is_not_seen_before_it_is_published(catalogue, item, facts):
    catalogue.write([item(1)], "v1")
    assert catalogue.get([1]) == [None]
    catalogue.publish("v1")
    catalogue.write([item(1, "v2"), item(2, "v2")], "v2")
    assert catalogue.get([1, 2]) == [facts(1), None]
    catalogue.publish("v2")
    assert catalogue.get([1, 2]) == [facts(1, "v2"), facts(2, "v2")]


def test_what_the_new_version_lacks_is_gone(catalogue, published, item, facts):
    published([item(1), item(2)])
    published([item(2, "v2")], "v2")
    assert catalogue.get([1, 2]) == [None, facts(2, "v2")]


def test_writing_again_changes_nothing(catalogue, published, item, facts):
    for _ in range(3):
        published([item(key) for key in range(5)])
        assert catalogue.get(range(5)) == [facts(key) for key in range(5)]


def test_later_facts_take_the_place_of_older_ones(catalogue, published, item, facts):
    published([item(1), item(2)])
    later = facts(1) | {"name": "A better name", "price": None, "tags": []}
    catalogue.write([(1, later)], "v1")
    assert catalogue.get([1, 2]) == [later, facts(2)]
    catalogue.write([item(1), (2, facts(2) | {"price": None}), (1, later), item(2)], "v1")
    assert catalogue.get([1, 2]) == [later, facts(2)]
    assert catalogue.count("v1") == 2


def test_a_version_grows_piece_by_piece(catalogue, item, facts):
    for start in range(0, 30, 10):
        catalogue.write([item(key) for key in range(start, start + 10)], "v1")
    catalogue.publish("v1")
    assert catalogue.get(range(30)) == [facts(key) for key in range(30)]


def test_an_empty_version(catalogue, published, item):
    published([item(1)])
    published([], "v2")
    assert catalogue.get([1]) == [None]


def test_readers_see_the_old_or_the_new_and_never_both(catalogue, published, item):
    ids = range(300)
    published([item(key, "v0") for key in ids], "v0")
    done, seen = Event(), []

    def read():
        while not done.is_set():
            seen.append(versions_seen(catalogue, ids))

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read) for _ in range(3)]
        try:
            for number in range(1, 15):
                published([item(key, f"v{number}") for key in ids], f"v{number}")
                catalogue.keep("", [])
        finally:
            done.set()
        for each in reading:
            each.result()
    assert len(seen) > 3
    assert all(len(versions) == 1 for versions in seen)
    assert versions_seen(catalogue, ids) == {"v14"}


def test_a_version_is_kept_for_other_processes(catalogue, url, published, item, facts):
    published([item(1), item(2)])
    catalogue.write([item(3)], "unpublished")
    code = "import sys; from towhee_recsys.stores.catalogue import open_catalogue as opened"
    code += "; print(opened(sys.argv[1]).get([2, 3]))"
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert other.stdout == f"{[facts(2), None]}\n"


def test_collections_have_their_own_live_versions(catalogue, item, facts):
    for version in ("others__a_1", "items__a_1", "items__a_2"):
        catalogue.write([item(1, version)], version)
        catalogue.publish(version)
    assert catalogue.get([1], "others__a_1") == [facts(1, "others__a_1")]
    assert catalogue.get([1], "items__a_2") == [facts(1, "items__a_2")]
    assert catalogue.get([1]) == [facts(1, "items__a_2")]


def test_a_version_is_read_before_it_is_live_and_after_it_was(catalogue, item, facts):
    catalogue.write([item(1, "old"), item(2, "old")], "items__old")
    catalogue.publish("items__old")
    catalogue.write([item(1, "new")], "items__new")
    assert catalogue.get([1, 2], "items__new") == [facts(1, "new"), None]
    catalogue.publish("items__new")
    assert catalogue.get([1, 2], "items__old") == [facts(1, "old"), facts(2, "old")]
    catalogue.publish("items__old")
    assert catalogue.get([1, 2]) == [facts(1, "old"), facts(2, "old")]


def test_the_live_version_answers_for_one_that_is_gone(catalogue, item, facts):
    for version in ("items__old", "items__new", "others__new"):
        catalogue.write([item(1, version)], version)
        catalogue.publish(version)
    catalogue.keep("items", [])
    assert catalogue.get([1, 2], "items__old") == [facts(1, "items__new"), None]
    assert catalogue.get([1], "unknown__old") == [None]


def test_of_a_version_that_is_there_no_other_fills_the_gaps(catalogue, item):
    catalogue.write([item(1, "old")], "items__old")
    catalogue.write([item(2, "new")], "items__new")
    catalogue.publish("items__new")
    assert catalogue.get([2], "items__old") == [None]


def test_versions_are_listed_counted_and_dropped_by_collection(catalogue, item):
    for version in ("items__b", "items__a", "items__c", "items__x__a", "others__a", "a"):
        catalogue.write([item(key, version) for key in range(3)], version)
    catalogue.publish("items__b")
    assert catalogue.versions("items") == ["items__a", "items__b", "items__c"]
    assert (catalogue.live("items"), catalogue.live("others")) == ("items__b", None)
    catalogue.keep("items", ["items__c", "items__none"])
    assert catalogue.versions("items") == ["items__b", "items__c"]
    assert [catalogue.count(f"items__{name}") for name in "abc"] == [0, 3, 3]
    assert [*catalogue.versions("items__x"), *catalogue.versions("others"), *catalogue.versions("")] == [
        "items__x__a",
        "others__a",
        "a",
    ]


def test_items_are_removed_from_one_version(catalogue, published, item, facts):
    for version in ("m__1", "m__2"):
        published([item(key, version) for key in range(5)], version)
    catalogue.delete([1, 3, 99], "m__2")
    assert [facts is None for facts in catalogue.get(range(5))] == [False, True, False, True, False]
    assert (catalogue.count("m__1"), catalogue.count("m__2")) == (5, 3)
    catalogue.delete([], "m__2")
    catalogue.delete(range(5), "m__2")
    assert catalogue.versions("m") == ["m__1"]


def test_a_version_that_is_not_there(catalogue):
    assert catalogue.count("items__none") == 0
    assert catalogue.versions("items") == []
    assert catalogue.live("items") is None
    catalogue.delete([1], "items__none")
    catalogue.keep("items", ["items__none"])


def test_nothing_published_is_reported_with_the_cure(catalogue, item):
    with pytest.raises(StoreError, match=r"holds no items yet\. Fill it with `towhee-recsys index"):
        catalogue.must_have_items()
    catalogue.write([item(1)], "items__v1")
    catalogue.publish("items__v1")
    catalogue.must_have_items()
