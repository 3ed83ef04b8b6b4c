"""Datasets at the edge of what can be learned from: they give a model that answers, or a clear error."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.errors import EvaluationError
from towhee_recsys.model.embeddings import normalize


@pytest.fixture
def trained(small_config, tmp_path):
    """Trains on so many users and items, all of whom rated all; `rating_of` gives the rating."""

    def trained(users: int, items: int, rating_of=lambda user, item: 1 + (user + item) % 5):
        write = {
            "users.dat": [f"{user}::F::25::12::00000" for user in range(1, users + 1)],
            "movies.dat": [f"{item}::Item {item} (2000)::Drama" for item in range(1, items + 1)],
            "ratings.dat": [
                f"{user}::{item}::{rating_of(user, item)}::0"
                for user in range(1, users + 1)
                for item in range(1, items + 1)
            ],
        }
        for name, lines in write.items():
            (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
        return train(small_config(f"dataset.path={tmp_path}", "dataset.strict=false"))

    return trained


def cosines(bundle, users: int, items: int) -> np.ndarray:
    user_vectors = normalize(UserEncoder(bundle)([{"user_id": key} for key in range(1, users + 1)]))
    item_vectors = normalize(ItemEncoder(bundle)([{"movie_id": key} for key in range(1, items + 1)]))
    return np.asarray(user_vectors) @ np.asarray(item_vectors).T


@pytest.mark.parametrize(("users", "items"), [(1, 30), (30, 1), (1, 3), (3, 1), (2, 2)])
def test_one_user_one_item_or_next_to_nothing(users, items, trained):
    bundle = trained(users, items)
    ratings = bundle.calibration.ratings(cosines(bundle, users, items))
    assert ratings.shape == (users, items)
    assert (ratings >= 1).all()
    assert (ratings <= 5).all()
    assert all(np.isfinite(value) for value in bundle.quality.values())


@pytest.mark.parametrize("rating", [1, 3, 5])
def test_all_ratings_equal(rating, trained):
    bundle = trained(20, 10, lambda user, item: rating)
    assert bundle.calibration.slope > 0
    predicted = bundle.calibration.ratings(cosines(bundle, 20, 10))
    assert np.abs(predicted - rating).mean() < 1.5, "on its way there after three epochs"


def test_fewer_than_three_ratings_cannot_be_split(trained):
    with pytest.raises(
        EvaluationError, match="own has too few interactions for the protocol rating-90-10: of 2, by 1 users"
    ):
        trained(1, 2)
