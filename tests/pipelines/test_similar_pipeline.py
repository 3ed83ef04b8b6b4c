"""From an item to the items most like it."""

from __future__ import annotations

import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.pipelines import similar_pipeline

KEYS = ["rank", "movie_id", "title", "year", "genres", "score"]


@pytest.fixture(scope="module")
def similar(indexed_config):
    return similar_pipeline(indexed_config)


def ids(items):
    return [item["movie_id"] for item in items]


@pytest.mark.parametrize("movie_id", [5001, 5100, 5326])
def test_the_item_itself_is_left_out(similar, indexed_config, movie_id):
    items = similar({"movie_id": movie_id}).get()[0]
    assert [item["rank"] for item in items] == list(range(1, indexed_config.top_k + 1))
    assert movie_id not in ids(items)
    assert all(list(item) == KEYS for item in items)
    assert sorted((item["score"] for item in items), reverse=True) == [item["score"] for item in items]


def test_several_items_at_once(similar):
    several = [{"movie_id": 5001}, {"movie_id": 5100}]
    for item, items in zip(several, similar(several).get()[0], strict=True):
        assert ids(items) == ids(similar(item).get()[0])


def test_a_item_that_is_in_no_catalogue(similar):
    items = similar({"title": "Murder in the Fog", "genres": ["Film-Noir", "Crime"]}).get()[0]
    noir = {"Film-Noir", "Crime", "Thriller", "Mystery"}
    assert sum(not noir.isdisjoint(item["genres"]) for item in items) > len(items) / 2


def test_a_new_item_may_have_an_id(similar):
    named = {"title": "Murder in the Fog", "genres": ["Film-Noir", "Crime"]}
    assert ids(similar({"movie_id": 77, **named}).get()[0]) == ids(similar(named).get()[0])


def test_an_unknown_id_alone_says_nothing(similar):
    with pytest.raises(QueryError, match="movie_id 77 is not known to this model"):
        similar({"movie_id": 77})
