from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.datasets import read_dataset
from towhee_recsys.training.examples import Ratings, blocks, make_examples
from towhee_recsys.training.trainer import Trainer


@pytest.fixture
def trainer(small_config) -> Trainer:
    config = small_config()
    return Trainer(config, make_examples(config, read_dataset(config.dataset)))


def test_every_user_and_movie_passes_its_tower_once_a_batch(trainer):
    rows: dict[str, list[int]] = {"user": [], "movie": []}
    for side, tower in (("user", trainer.model.user_tower), ("movie", trainer.model.movie_tower)):
        tower.register_forward_pre_hook(lambda _, given, side=side: rows[side].append(given[0][0].shape[0]))
    rng, ratings = np.random.default_rng(0), trainer.examples.training
    for users, block in blocks(ratings, len(trainer.examples.user_ids), 16, rng):
        trainer._step(users, block, rng)
        movies = len(np.unique(block.movies))
        assert (rows["user"].pop(), rows["movie"].pop()) == (len(users), movies)
        assert len(users) + movies < len(block), "fewer passes than ratings"
    assert rows == {"user": [], "movie": []}


def test_blocks_have_every_rating_once_and_all_of_a_user_together(trainer):
    ratings = trainer.examples.training
    seen = []
    for users, block in blocks(ratings, len(trainer.examples.user_ids), 7, np.random.default_rng(0)):
        assert 1 <= len(users) <= 7
        seen += zip(users[block.users], block.movies, block.stars, strict=True)
        assert {user: np.sum(users[block.users] == user) for user in users} == {
            user: np.sum(ratings.users == user) for user in users
        }
    assert sorted(seen) == sorted(zip(ratings.users, ratings.movies, ratings.stars, strict=True))


def test_users_without_ratings_are_in_no_block():
    ratings = Ratings(np.array([1, 1, 4]), np.array([0, 2, 0]), np.array([1, 2, 3], dtype=np.float32))
    (found,) = blocks(ratings, 6, 10, np.random.default_rng(0))
    assert sorted(found[0].tolist()) == [1, 4]


def test_the_parts_share_no_rating_and_are_all_there(trainer):
    examples = trainer.examples
    pairs = [
        set(zip(part.users.tolist(), part.movies.tolist(), strict=True))
        for part in (examples.training, examples.validation, examples.test)
    ]
    assert sum(map(len, pairs)) == len(set.union(*pairs)) == 2465
    assert [len(part) for part in pairs[1:]] == [round(2465 * 0.05), round(2465 * 0.1)]


def test_cosines_are_those_of_each_rating(trainer):
    examples = trainer.examples
    matrix = trainer.model(examples.user_arrays, examples.movie_arrays).numpy()
    for part in (examples.validation, examples.test):
        assert trainer.cosines(part) == pytest.approx(matrix[part.users, part.movies], abs=1e-6)


def test_a_restored_trainer_goes_on_as_if_nothing_had_happened(trainer, small_config):
    trainer.epoch()
    state = {
        name: {key: array.copy() for key, array in group.items()} if isinstance(group, dict) else list(group)
        for name, group in trainer.state().items()
    }
    straight = [trainer.epoch() for _ in range(2)]
    other = Trainer(small_config(), trainer.examples)
    other.restore(state)
    assert [other.epoch() for _ in range(2)] == straight
    assert (other.history, other.best_epoch) == (trainer.history, trainer.best_epoch)


def test_patience_counts_the_epochs_since_the_best(trainer):
    for errors, done in (([1.0], False), ([1, 0.9, 0.95], False), ([1, 0.9, 0.9, 0.91, 0.9], True)):
        trainer.history = [{"epoch": n, "validation_rmse": error} for n, error in enumerate(errors, start=1)]
        trainer.config = trainer.config.model_copy(
            update={"training": trainer.config.training.model_copy(update={"epochs": 9, "patience": 3})}
        )
        assert trainer.done is done
