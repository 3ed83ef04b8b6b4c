"""What every catalogue gives back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from towhee_recsys.stores.catalogue import open_catalogue

MOVIES = [
    {"movie_id": 1, "title": "Toy Story", "year": 1995, "genres": ["Animation", "Children's", "Comedy"]},
    {"movie_id": 2, "title": "Amélie — 千と千尋 🎬 Ŝ", "year": 2001, "genres": ["Comédie", "ファンタジー"]},
    {"movie_id": 3, "title": "'; DROP TABLE items; --", "year": 1999, "genres": ["'", '"', "|", ","]},
    {"movie_id": 4, "title": "An unknown year", "year": None, "genres": ["Drama"]},
    {"movie_id": 5, "title": "No genres", "year": 2020, "genres": []},
    {"movie_id": 6, "title": "Night of the Living " + "Dead " * 20_000, "year": 1968, "genres": ["Horror"] * 50},
    {"movie_id": 7, "title": "", "year": 0, "genres": [""]},
    {"movie_id": 0, "title": "\\ %s {} \n\t\0 ::", "year": -1, "genres": ["a::b"]},
    {"movie_id": -8, "title": "An id below zero", "year": 1, "genres": ["Drama"]},
    {"movie_id": 2**63 - 1, "title": "The highest id", "year": 9999, "genres": ["Drama"]},
]


@pytest.mark.parametrize("facts", MOVIES, ids=[str(facts["movie_id"]) for facts in MOVIES])
def test_facts_come_back_as_they_were(catalogue, published, facts):
    published(MOVIES)
    assert catalogue.get([facts["movie_id"]]) == [facts]


def test_they_come_in_the_order_asked_for_and_as_often(catalogue, published):
    published(MOVIES)
    titles = [facts["title"] for facts in catalogue.get([3, 1, 2, 1])]
    assert titles == [MOVIES[2]["title"], "Toy Story", MOVIES[1]["title"], "Toy Story"]


def test_what_is_not_there_is_none(catalogue, published):
    published(MOVIES[:2])
    assert catalogue.get([9, 2, 2**63 - 1, -1]) == [None, MOVIES[1], None, None]


def test_asking_for_nothing(catalogue):
    assert catalogue.get([]) == []


def test_an_empty_catalogue_knows_nothing(catalogue):
    assert catalogue.get([1, 2]) == [None, None]


def test_ten_thousand_at_once(catalogue, published, item):
    items = [item(key) for key in range(10_000)]
    published(items)
    assert catalogue.get(range(9_999, -1, -1)) == items[::-1]


def test_what_is_given_out_can_be_changed_without_harm(catalogue, published):
    published(MOVIES)
    first, again = catalogue.get([1, 1])
    first["genres"].append("Changed")
    first["title"] = "Changed"
    assert catalogue.get([1]) == [MOVIES[0]]
    assert again["genres"] is not MOVIES[0]["genres"]


def test_it_is_there_for_whoever_opens_it_again(catalogue, url, published):
    published(MOVIES)
    assert open_catalogue(url) is catalogue
    other_spelling = url.replace("sqlite:///", "sqlite:////")  # one and the same to the file system
    assert open_catalogue(other_spelling).get([1]) == [MOVIES[0]]


def test_eight_threads_read_and_write(catalogue, published, item):
    published([item(key) for key in range(100)])

    def work(thread):
        for key in range(thread, 100, 8):
            catalogue.write([item(1000 + key)], "v1")
            assert catalogue.get([key, 1000 + key, 5000]) == [item(key), item(1000 + key), None]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert catalogue.get(range(1000, 1100)) == [item(key) for key in range(1000, 1100)]
