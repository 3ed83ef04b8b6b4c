"""From a movie to the movies most like it."""

from __future__ import annotations

import pytest

from towhee_recsys.errors import QueryError
from towhee_recsys.pipelines import similar_pipeline

KEYS = ["rank", "movie_id", "title", "year", "genres", "score"]


@pytest.fixture(scope="module")
def similar(indexed_config):
    return similar_pipeline(indexed_config)


def ids(movies):
    return [movie["movie_id"] for movie in movies]


@pytest.mark.parametrize("movie_id", [5001, 5100, 5326])
def test_the_movie_itself_is_left_out(similar, indexed_config, movie_id):
    movies = similar({"movie_id": movie_id}).get()[0]
    assert [movie["rank"] for movie in movies] == list(range(1, indexed_config.top_k + 1))
    assert movie_id not in ids(movies)
    assert all(list(movie) == KEYS for movie in movies)
    assert sorted((movie["score"] for movie in movies), reverse=True) == [movie["score"] for movie in movies]


def test_several_movies_at_once(similar):
    several = [{"movie_id": 5001}, {"movie_id": 5100}]
    for movie, movies in zip(several, similar(several).get()[0], strict=True):
        assert ids(movies) == ids(similar(movie).get()[0])


def test_a_movie_that_is_in_no_catalogue(similar):
    movies = similar({"title": "Murder in the Fog", "genres": ["Film-Noir", "Crime"]}).get()[0]
    noir = {"Film-Noir", "Crime", "Thriller", "Mystery"}
    assert sum(not noir.isdisjoint(movie["genres"]) for movie in movies) > len(movies) / 2


def test_a_new_movie_may_have_an_id(similar):
    named = {"title": "Murder in the Fog", "genres": ["Film-Noir", "Crime"]}
    assert ids(similar({"movie_id": 77, **named}).get()[0]) == ids(similar(named).get()[0])


def test_an_unknown_id_alone_says_nothing(similar):
    with pytest.raises(QueryError, match="movie_id 77 is not known to this model"):
        similar({"movie_id": 77})
