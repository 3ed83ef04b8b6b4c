"""A known answer: two kinds of users and of items, and no user likes the other kind. Every objective finds it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from towhee_recsys import train
from towhee_recsys.bundle import ItemEncoder, UserEncoder
from towhee_recsys.config import load_config
from towhee_recsys.model.embeddings import normalize

USERS, ITEMS = 80, 40


def kind(key: int) -> int:
    """Odd ids are of one kind, even ones of the other."""
    return key % 2


@pytest.fixture(scope="module")
def blocks(tmp_path_factory) -> Path:
    """Users rate 14 items, ten of their kind with 5 or 4, four of the other with 1 or 2. No column shows the kind."""
    random, folder = np.random.default_rng(3), tmp_path_factory.mktemp("blocks")
    ratings = []
    for user in range(1, USERS + 1):
        own = [item for item in range(1, ITEMS + 1) if kind(item) == kind(user)]
        other = [item for item in range(1, ITEMS + 1) if kind(item) != kind(user)]
        for items, count, rating in ((own, 10, 4), (other, 4, 1)):
            for item in random.choice(items, count, replace=False):
                ratings.append(f"{user}::{item}::{rating + random.integers(2)}::{random.integers(10**6)}")
    lines = {
        "users.dat": [f"{user}::F::25::12::00000" for user in range(1, USERS + 1)],
        "movies.dat": [f"{item}::Item (2000)::Drama" for item in range(1, ITEMS + 1)],
        "ratings.dat": ratings,
    }
    for name, each in lines.items():
        (folder / name).write_text("".join(f"{line}\n" for line in each))
    return folder


@pytest.fixture(scope="module", params=["ranking", "both", "both, sampled items", "rating", "ranking, joined"])
def bundle(request, blocks, tmp_path_factory):
    objective, _, way = request.param.partition(", ")
    return train(
        load_config(
            objective=objective,
            dataset={"name": "blocks", "path": str(blocks)},
            model={
                "dir": str(tmp_path_factory.mktemp("model") / "model"),
                "embedding_size": 16,
                "tower": "joined" if way == "joined" else "sum",
            },
            training={
                "epochs": 40,
                "batch_size": 16,
                "learning_rate": 0.03,
                "warmup_steps": 5,
                "temperature": 0.2,
                "preference": [0, 0, 0.3, 1, 1.3],
                "ranking_decay": 0.01,
                "rating_decay": 0.05,
                "item_decay": 0.01,
                "rating_weight": 1,
                "sampled_items": 10 if way == "sampled items" else 1000,
                "device": "cpu",
            },
        )
    )


@pytest.fixture(scope="module")
def items(bundle) -> np.ndarray:
    return np.asarray(normalize(ItemEncoder(bundle)([{"movie_id": key} for key in range(1, ITEMS + 1)])))


KINDS = np.array([kind(item) for item in range(1, ITEMS + 1)])


def own_share(scores: np.ndarray, kinds: np.ndarray) -> float:
    """How many of each line's ten best are of its kind; by chance half."""
    best = np.argsort(-scores, axis=1)[:, :10]
    return float((KINDS[best] == kinds[:, None]).mean())


def test_users_find_items_of_their_kind(bundle, items):
    users = normalize(UserEncoder(bundle)([{"user_id": key} for key in range(1, USERS + 1)]))
    assert own_share(np.asarray(users) @ items.T, np.arange(1, USERS + 1) % 2) > 0.9


def test_three_liked_items_find_others_of_their_kind(bundle, items):
    given = [[1, 7, 13], [2, 8, 14], [21, 33, 39], [22, 34, 40]]
    users = normalize(UserEncoder(bundle)([{"liked": each} for each in given]))
    scores = np.asarray(users) @ items.T
    for row, each in enumerate(given):
        scores[row, np.array(each) - 1] = -np.inf
    assert own_share(scores, np.array([1, 0, 1, 0])) > 0.8


def test_ratings_separate_the_kinds(bundle, items):
    if bundle.config.objective == "ranking":
        pytest.skip("it learns an order, not ratings")
    users = normalize(UserEncoder(bundle)([{"user_id": key} for key in range(1, USERS + 1)]))
    users = users if users.rating is None else users.rating
    ratings = bundle.calibration.ratings(np.asarray(users) @ items.T)
    own = KINDS[None, :] == (np.arange(1, USERS + 1) % 2)[:, None]
    assert ratings[own].mean() > 4
    assert ratings[~own].mean() < 2.5


def test_items_of_a_kind_lie_together(bundle, items):
    cosines = items @ items.T
    same = (KINDS[:, None] == KINDS) & ~np.eye(ITEMS, dtype=bool)
    assert cosines[same].mean() > cosines[KINDS[:, None] != KINDS].mean() + 0.15
