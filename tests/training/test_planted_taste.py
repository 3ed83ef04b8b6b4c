"""The model trained on the sample finds the tastes that were planted in it."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.bundle import MovieEncoder, UserEncoder
from towhee_recsys.datasets import read_dataset
from towhee_recsys.datasets.sample.generate import planted_score
from towhee_recsys.model.vectors import normalize

ARTIST = {"gender": "F", "age": "56+", "occupation": "artist"}  # Film-Noir, Musical, Western, Documentary, Drama
CHILD = {"gender": "M", "age": "Under 18", "occupation": "K-12 student"}  # Animation, Fantasy, Children's
FARMER = {"gender": "M", "age": 60, "occupation": 8}  # Western, War, Film-Noir
PROGRAMMER = {"gender": "M", "age": 30, "occupation": "programmer"}  # Sci-Fi, Thriller, Crime
CODES = {"artist": ("F", 56, 2), "child": ("M", 1, 10), "farmer": ("M", 56, 8), "programmer": ("M", 25, 12)}
PEOPLE = {"artist": ARTIST, "child": CHILD, "farmer": FARMER, "programmer": PROGRAMMER}

MARGIN = 1.0
"""Stars of planted taste by which the ten best lie above the catalogue: ten drawn blindly do so in 0.2 % of draws."""


@pytest.fixture(scope="module")
def movies(sample_config):
    return read_dataset(sample_config.dataset).movies


@pytest.fixture(scope="module")
def best(sample_bundle, movies) -> dict[str, list[int]]:
    """The rows of the ten movies predicted best for each of the people."""
    users = normalize(UserEncoder(sample_bundle)(list(PEOPLE.values())))
    vectors = normalize(MovieEncoder(sample_bundle)([{"movie_id": key} for key in movies["movie_id"]]))
    return {name: np.argsort(-row)[:10].tolist() for name, row in zip(PEOPLE, users @ vectors.T, strict=True)}


@pytest.mark.parametrize("name", PEOPLE)
def test_the_ten_best_are_what_these_people_like(name, best, movies):
    planted = np.array([planted_score(*CODES[name], genres) for genres in movies["genres"]])
    assert planted[best[name]].mean() > planted.mean() + MARGIN


def test_different_people_get_different_movies(best):
    assert not set(best["artist"]) & set(best["child"])
    assert len({tuple(rows) for rows in best.values()}) == len(PEOPLE)


def test_the_ten_best_of_one_are_not_for_the_other(best, movies):
    for name, other in (("artist", "child"), ("child", "artist"), ("programmer", "farmer")):
        own, others = (
            np.mean([planted_score(*CODES[name], movies["genres"][row]) for row in best[each]])
            for each in (name, other)
        )
        assert own > others + MARGIN
