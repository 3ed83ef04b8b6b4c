"""What every catalogue makes of versions: a reader sees a whole one, and the switch is one step."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from towhee_recsys.errors import StoreError


def versions_seen(catalogue, ids):
    return {facts and facts["genres"][1] for facts in catalogue.get(ids)}


def test_what_is_written_is_not_seen_before_it_is_published(catalogue, movie):
    catalogue.write([movie(1)], "v1")
    assert catalogue.get([1]) == [None]
    catalogue.publish("v1")
    catalogue.write([movie(1, "v2"), movie(2, "v2")], "v2")
    assert catalogue.get([1, 2]) == [movie(1), None]
    catalogue.publish("v2")
    assert catalogue.get([1, 2]) == [movie(1, "v2"), movie(2, "v2")]


def test_what_the_new_version_lacks_is_gone(catalogue, published, movie):
    published([movie(1), movie(2)])
    published([movie(2, "v2")], "v2")
    assert catalogue.get([1, 2]) == [None, movie(2, "v2")]


def test_writing_again_changes_nothing(catalogue, published, movie):
    for _ in range(3):
        published([movie(key) for key in range(5)])
        assert catalogue.get(range(5)) == [movie(key) for key in range(5)]


def test_later_facts_take_the_place_of_older_ones(catalogue, published, movie):
    published([movie(1), movie(2)])
    later = movie(1) | {"title": "A better title", "year": None, "genres": []}
    catalogue.write([later], "v1")
    assert catalogue.get([1, 2]) == [later, movie(2)]
    catalogue.write([movie(1), movie(2) | {"year": None}, later, movie(2)], "v1")
    assert catalogue.get([1, 2]) == [later, movie(2)]
    assert catalogue.count("v1") == 2


def test_a_version_grows_piece_by_piece(catalogue, movie):
    for start in range(0, 30, 10):
        catalogue.write([movie(key) for key in range(start, start + 10)], "v1")
    catalogue.publish("v1")
    assert catalogue.get(range(30)) == [movie(key) for key in range(30)]


def test_an_empty_version(catalogue, published, movie):
    published([movie(1)])
    published([], "v2")
    assert catalogue.get([1]) == [None]


def test_readers_see_the_old_or_the_new_and_never_both(catalogue, published, movie):
    ids = range(300)
    published([movie(key, "v0") for key in ids], "v0")
    done, seen = Event(), []

    def read():
        while not done.is_set():
            seen.append(versions_seen(catalogue, ids))

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read) for _ in range(3)]
        try:
            for number in range(1, 15):
                published([movie(key, f"v{number}") for key in ids], f"v{number}")
                catalogue.keep("", [])
        finally:
            done.set()
        for each in reading:
            each.result()
    assert len(seen) > 3
    assert all(len(versions) == 1 for versions in seen)
    assert versions_seen(catalogue, ids) == {"v14"}


def test_a_version_is_kept_for_other_processes(catalogue, url, published, movie):
    published([movie(1), movie(2)])
    catalogue.write([movie(3)], "unpublished")
    code = "import sys; from towhee_recsys.stores.catalogue import open_catalogue as opened"
    code += "; print(opened(sys.argv[1]).get([2, 3]))"
    other = subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True, check=True)
    assert other.stdout == f"{[movie(2), None]}\n"


def test_collections_have_their_own_live_versions(catalogue, movie):
    for version in ("films__a_1", "movies__a_1", "movies__a_2"):
        catalogue.write([movie(1, version)], version)
        catalogue.publish(version)
    assert catalogue.get([1], "films__a_1") == [movie(1, "films__a_1")]
    assert catalogue.get([1], "movies__a_2") == [movie(1, "movies__a_2")]
    assert catalogue.get([1]) == [movie(1, "movies__a_2")]


def test_a_version_is_read_before_it_is_live_and_after_it_was(catalogue, movie):
    catalogue.write([movie(1, "old"), movie(2, "old")], "movies__old")
    catalogue.publish("movies__old")
    catalogue.write([movie(1, "new")], "movies__new")
    assert catalogue.get([1, 2], "movies__new") == [movie(1, "new"), None]
    catalogue.publish("movies__new")
    assert catalogue.get([1, 2], "movies__old") == [movie(1, "old"), movie(2, "old")]
    catalogue.publish("movies__old")
    assert catalogue.get([1, 2]) == [movie(1, "old"), movie(2, "old")]


def test_the_live_version_answers_for_one_that_is_gone(catalogue, movie):
    for version in ("movies__old", "movies__new", "films__new"):
        catalogue.write([movie(1, version)], version)
        catalogue.publish(version)
    catalogue.keep("movies", [])
    assert catalogue.get([1, 2], "movies__old") == [movie(1, "movies__new"), None]
    assert catalogue.get([1], "others__old") == [None]


def test_of_a_version_that_is_there_no_other_fills_the_gaps(catalogue, movie):
    catalogue.write([movie(1, "old")], "movies__old")
    catalogue.write([movie(2, "new")], "movies__new")
    catalogue.publish("movies__new")
    assert catalogue.get([2], "movies__old") == [None]


def test_versions_are_listed_counted_and_dropped_by_collection(catalogue, movie):
    for version in ("movies__b", "movies__a", "movies__c", "movies__x__a", "films__a", "a"):
        catalogue.write([movie(key, version) for key in range(3)], version)
    catalogue.publish("movies__b")
    assert catalogue.versions("movies") == ["movies__a", "movies__b", "movies__c"]
    assert (catalogue.live("movies"), catalogue.live("films")) == ("movies__b", None)
    catalogue.keep("movies", ["movies__c", "movies__none"])
    assert catalogue.versions("movies") == ["movies__b", "movies__c"]
    assert [catalogue.count(f"movies__{name}") for name in "abc"] == [0, 3, 3]
    assert [*catalogue.versions("movies__x"), *catalogue.versions("films"), *catalogue.versions("")] == [
        "movies__x__a",
        "films__a",
        "a",
    ]


def test_movies_are_removed_from_one_version(catalogue, published, movie):
    for version in ("m__1", "m__2"):
        published([movie(key, version) for key in range(5)], version)
    catalogue.delete([1, 3, 99], "m__2")
    assert [facts is None for facts in catalogue.get(range(5))] == [False, True, False, True, False]
    assert (catalogue.count("m__1"), catalogue.count("m__2")) == (5, 3)
    catalogue.delete([], "m__2")
    catalogue.delete(range(5), "m__2")
    assert catalogue.versions("m") == ["m__1"]


def test_a_version_that_is_not_there(catalogue):
    assert catalogue.count("movies__none") == 0
    assert catalogue.versions("movies") == []
    assert catalogue.live("movies") is None
    catalogue.delete([1], "movies__none")
    catalogue.keep("movies", ["movies__none"])


def test_nothing_published_is_told_with_the_cure(catalogue, movie):
    with pytest.raises(StoreError, match=r"holds no movies yet\. Fill it with `towhee-recsys index"):
        catalogue.must_have_movies()
    catalogue.write([movie(1)], "movies__v1")
    catalogue.publish("movies__v1")
    catalogue.must_have_movies()
