from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.declarations import MOVIELENS
from towhee_recsys.config.features import Features
from towhee_recsys.data import Dataset
from towhee_recsys.errors import DeclarationError
from towhee_recsys.evaluation.baselines import side_information
from towhee_recsys.features import CategoriesFeature, CategoryFeature, IdFeature

MOVIES = pd.DataFrame({"movie_id": [1, 2, 3], "genres": [["Crime", "Drama"], [], ["Drama"]]})
PLAIN = [IdFeature(column="movie_id")]


def dataset(users, items=MOVIES):
    genders, ages, occupations = users
    columns = {"user_id": range(len(ages)), "gender": genders, "age": ages, "occupation": occupations}
    return Dataset(pd.DataFrame(columns), items, pd.DataFrame(), "own", "", {})


def people(count):
    rng = np.random.default_rng(0)
    return [rng.choice(["F", "M"], count), rng.choice([1, 18, 25, 35], count), rng.integers(0, 21, count)]


def test_groups_are_products_that_stay_large():
    users = people(2000)
    groups = side_information(MOVIELENS, dataset(users)).groups
    assert groups.dtype == np.int64
    pairs = list(zip(users[0], users[1], strict=True))
    assert len(set(groups)) == len(set(pairs)) == len(set(zip(pairs, groups.tolist(), strict=True)))
    assert set(groups) == set(range(8))


def test_what_would_make_them_small_is_left_out():
    users = people(250)
    groups = side_information(MOVIELENS, dataset(users)).groups
    assert groups.tolist() == (users[0] == "M").astype(int).tolist()


def test_few_users_have_no_groups():
    assert side_information(MOVIELENS, dataset(people(50))).groups is None


def test_everybody_in_one_category_is_no_group():
    features = Features(user=[CategoryFeature(column="gender")], item=PLAIN)
    assert side_information(features, dataset([["F"] * 300, [1] * 300, [0] * 300])).groups is None


def test_contents_are_multi_hot_and_a_item_without_genres_has_none():
    contents = side_information(MOVIELENS, dataset(people(50))).contents
    assert contents.dtype == np.float32
    assert contents.tolist() == [[1, 1], [0, 0], [0, 1]]


def test_sets_stand_side_by_side():
    items = MOVIES.assign(keywords=[["old"], ["new"], ["old", "new"]])
    features = Features(
        user=[IdFeature(column="user_id")],
        item=[CategoriesFeature(column="genres"), CategoriesFeature(column="keywords")],
    )
    assert side_information(features, dataset(people(9), items)).contents.shape == (3, 4)


@pytest.mark.parametrize("items", [MOVIES, MOVIES.assign(genres=[[], [], []])])
def test_nothing_declared_or_nothing_there(items):
    declared = [CategoriesFeature(column="genres")] if items is not MOVIES else PLAIN
    found = side_information(Features(user=[IdFeature(column="user_id")], item=declared), dataset(people(9), items))
    assert (found.groups, found.contents) == (None, None)


def test_a_column_that_is_not_there():
    features = Features(user=[CategoryFeature(column="gendre")], item=PLAIN)
    with pytest.raises(DeclarationError, match=r"features.user\[0\].column: given 'gendre', .* Did you mean 'gender'"):
        side_information(features, dataset(people(9)))
