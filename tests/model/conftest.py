from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.declarations import MOVIELENS
from towhee_recsys.features import CategoriesFeature, Feature, FeatureEncoder, NumberFeature

USERS = pd.DataFrame(
    {
        "user_id": [1, 2, 3],
        "gender": ["F", "M", "F"],
        "age": [1, 25, 56],
        "occupation": [10, 12, 2],
        "visits": [1, 5, 9],
    }
)
MOVIES = pd.DataFrame(
    {
        "movie_id": [6, 10, 20],
        "title": ["Heat", "The Red Shoes", "Cléo from 5 to 7"],
        "year": [1995, 1948, 1962],
        "genres": [["Crime"], ["Drama", "Musical"], ["Drama"]],
    }
)


@pytest.fixture(params=["multi_hot", "sum"])
def sides(request: pytest.FixtureRequest) -> tuple[FeatureEncoder, FeatureEncoder]:
    """Users and items whose features are of all kinds; the genres are pooled in both ways."""
    number = NumberFeature(column="visits"), NumberFeature(column="year", size=3)
    genres: list[Feature] = [CategoriesFeature(column="genres", size=5, pooling=request.param)]
    users = FeatureEncoder.fit([*MOVIELENS.user, number[0]], USERS, set(USERS["user_id"]))
    ids, _, title = MOVIELENS.item
    return users, FeatureEncoder.fit([ids, *genres, title, number[1]], MOVIES, set(MOVIES["movie_id"]))


@pytest.fixture
def user_arrays(sides: tuple[FeatureEncoder, FeatureEncoder]) -> list[np.ndarray]:
    """The users as the tower reads them, and one of whom nothing is known."""
    return sides[0].encode([*USERS.to_dict("records"), {}])


@pytest.fixture
def item_arrays(sides: tuple[FeatureEncoder, FeatureEncoder]) -> list[np.ndarray]:
    """The items as the tower reads them, and one of which nothing is known."""
    return sides[1].encode([*MOVIES.to_dict("records"), {}])
