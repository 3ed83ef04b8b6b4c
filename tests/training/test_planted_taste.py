"""The model trained on the sample finds the tastes that were planted in it.

The measure is how far a list goes from items drawn blindly (0) to the ten that the planted taste likes best (1).
Only the model gets beyond half of the way: the most popular items get nowhere with groups of people (0.04), nor do the
best rated ones (0.09), and both get 0.36 and 0.46 of the way with single persons.
"""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.data import interactions_frame, read_dataset
from towhee_recsys.data.sample.generate import affinity, simulate
from towhee_recsys.data.sample.tastes import planted_score
from towhee_recsys.model.embeddings import normalize

HALF = 0.5
"""What only a model reaches that has learned the planted taste."""
NOWHERE, SOMEWHERE = 0.15, 0.48
"""What the same list for everybody stays below, with groups and with single persons."""
CODES = ["gender", "age", "occupation"]


@pytest.fixture(scope="module")
def dataset(sample_config):
    return read_dataset(sample_config.dataset)


@pytest.fixture(scope="module")
def vectors(sample_bundle, dataset) -> np.ndarray:
    return np.asarray(normalize(ItemEncoder(sample_bundle)([{"movie_id": key} for key in dataset.items["movie_id"]])))


@pytest.fixture(scope="module")
def groups(dataset) -> list[dict]:
    """Every gender, age and occupation that occur together."""
    return dataset.users[CODES].drop_duplicates().to_dict("records")


@pytest.fixture(scope="module")
def tastes(groups, dataset) -> np.ndarray:
    """The planted taste of each group for each item."""
    return np.array(
        [[planted_score(*map(group.get, CODES), genres) for genres in dataset.items["genres"]] for group in groups]
    )


@pytest.fixture(scope="module")
def personal() -> np.ndarray:
    """What each of the people would give to each item, before noise."""
    sample = simulate()
    return np.array([[affinity(person, item) for item in sample.films] for person in sample.people])


@pytest.fixture(scope="module")
def for_groups(sample_bundle, groups, vectors) -> np.ndarray:
    return np.asarray(normalize(UserEncoder(sample_bundle)(groups))) @ vectors.T


@pytest.fixture(scope="module")
def for_persons(sample_bundle, dataset, vectors) -> np.ndarray:
    people = [{"user_id": key} for key in dataset.users["user_id"].tolist()]
    return np.asarray(normalize(UserEncoder(sample_bundle)(people))) @ vectors.T


@pytest.fixture(scope="module", params=["how many rated it", "its mean rating"])
def for_everybody(request, dataset) -> np.ndarray:
    """Scores of items that know nothing of people."""
    by_item = interactions_frame(dataset).groupby("item")["value"]
    found = by_item.count() if request.param == "how many rated it" else by_item.mean()
    return found.reindex(dataset.items["movie_id"], fill_value=0).to_numpy()


def way(scores, taste: np.ndarray) -> np.ndarray:
    """How far each line's ten best by `scores` go from the mean of all to the ten best by `taste`."""
    scores = np.broadcast_to(scores, taste.shape)
    ten = np.argsort(-np.asarray(scores), axis=1, kind="stable")[:, :10]
    found, best = np.take_along_axis(taste, ten, axis=1).mean(axis=1), np.sort(taste, axis=1)[:, -10:].mean(axis=1)
    blindly = taste.mean(axis=1)
    return (found - blindly) / (best - blindly)


def test_groups_get_what_they_like(for_groups, tastes, groups):
    found = way(for_groups, tastes)
    assert len(found) == len(groups) > 150
    assert found.mean() > HALF
    assert np.mean(found > NOWHERE) > 0.95, "nearly every group for itself"


def test_one_list_for_all_groups_gets_nowhere(for_everybody, tastes):
    assert way(for_everybody, tastes).mean() < NOWHERE


def test_persons_get_what_they_like(for_persons, personal):
    assert way(for_persons, personal).mean() > HALF


def test_one_list_for_all_persons_gets_less_far(for_everybody, personal):
    assert way(for_everybody, personal).mean() < SOMEWHERE


def test_a_list_is_for_its_own_group_and_not_for_another(for_groups, tastes):
    mine, next_one = way(for_groups, tastes), way(np.roll(np.asarray(for_groups), 1, axis=0), tastes)
    assert mine.mean() > next_one.mean() + 0.3


def test_predicted_ratings_know_taste_too(sample_bundle, groups, vectors, tastes):
    """The rating tower's vector, whose cosine is read as a rating, is of the same taste."""
    people = normalize(UserEncoder(sample_bundle)(groups))
    ratings = sample_bundle.calibration.ratings(np.asarray(people.rating) @ vectors.T)
    assert np.mean([np.corrcoef(*each)[0, 1] for each in zip(ratings, tastes, strict=True)]) > 0.6


def test_liked_items_show_a_person_s_taste(sample_bundle, dataset, vectors, personal):
    """Persons of whom only ten liked items are known get further than by one list for everybody."""
    ratings = interactions_frame(dataset)
    by_user = ratings[ratings["value"] == 5].groupby("user")["item"]
    liked = {key: items.tolist()[:10] for key, items in by_user if len(items) >= 10}
    rows = dataset.users["user_id"].isin(liked).to_numpy()
    people = [{"liked": liked[key]} for key in dataset.users["user_id"][rows].tolist()]
    assert len(people) > 100
    by_likes = way(np.asarray(normalize(UserEncoder(sample_bundle)(people))) @ vectors.T, personal[rows])
    nothing = way(np.asarray(normalize(UserEncoder(sample_bundle)({}))) @ vectors.T, personal[rows])
    assert by_likes.mean() > max(nothing.mean() + 0.05, 0.45)
