"""Datasets at the edge of what can be learned from: they give a model that answers, or a clear error."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import train
from towhee_recsys.bundle import MovieEncoder, UserEncoder
from towhee_recsys.errors import EvaluationError
from towhee_recsys.model.vectors import normalize


@pytest.fixture
def trained(small_config, tmp_path):
    """Trains on so many users and movies, all of whom rated all; `stars` gives the rating."""

    def trained(users: int, movies: int, stars=lambda user, movie: 1 + (user + movie) % 5):
        write = {
            "users.dat": [f"{user}::F::25::12::00000" for user in range(1, users + 1)],
            "movies.dat": [f"{movie}::Film {movie} (2000)::Drama" for movie in range(1, movies + 1)],
            "ratings.dat": [
                f"{user}::{movie}::{stars(user, movie)}::0"
                for user in range(1, users + 1)
                for movie in range(1, movies + 1)
            ],
        }
        for name, lines in write.items():
            (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return train(small_config(f"dataset.path={tmp_path}", "dataset.strict=false"))

    return trained


def cosines(bundle, users: int, movies: int) -> np.ndarray:
    user_vectors = normalize(UserEncoder(bundle)([{"user_id": key} for key in range(1, users + 1)]))
    movie_vectors = normalize(MovieEncoder(bundle)([{"movie_id": key} for key in range(1, movies + 1)]))
    return np.asarray(user_vectors @ movie_vectors.T)


@pytest.mark.parametrize(("users", "movies"), [(1, 30), (30, 1), (1, 3), (3, 1), (2, 2)])
def test_one_user_one_movie_or_next_to_nothing(users, movies, trained):
    bundle = trained(users, movies)
    stars = bundle.calibration.stars(cosines(bundle, users, movies))
    assert stars.shape == (users, movies)
    assert (stars >= 1).all()
    assert (stars <= 5).all()
    assert all(np.isfinite(value) for value in bundle.manifest["quality"].values())


@pytest.mark.parametrize("stars", [1, 3, 5])
def test_all_ratings_equal(stars, trained):
    bundle = trained(20, 10, lambda user, movie: stars)
    assert bundle.calibration.slope > 0
    predicted = bundle.calibration.stars(cosines(bundle, 20, 10))
    assert np.abs(predicted - stars).mean() < 1.5, "on its way there after three epochs"


def test_fewer_than_three_ratings_cannot_be_split(trained):
    with pytest.raises(
        EvaluationError, match="own has too few ratings for the protocol rating-90-10: of 2, by 1 users"
    ):
        trained(1, 2)
