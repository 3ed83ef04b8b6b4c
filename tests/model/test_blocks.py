from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Blocks

USERS, ITEMS = 40, 90


@pytest.fixture(scope="module")
def ratings() -> Interactions:
    """Of 40 users, the first and the last without any; of 90 items, ten without any."""
    random = np.random.default_rng(0)
    pairs = np.sort(random.choice(38 * 80, 300, replace=False))
    return Interactions.of(1 + pairs // 80, pairs % 80, random.integers(1, 6, 300).astype(np.float32))


@pytest.mark.parametrize("sampled", [ITEMS, 25, 1])
@pytest.mark.parametrize("size", [1, 7, 38, 500])
def test_an_epoch_has_every_rating_once_in_its_cell(ratings, size, sampled):
    blocks = Blocks(ratings, USERS, size, sampled)
    drawn = list(blocks(np.random.default_rng(1)))
    assert len(drawn) == blocks.count
    assert sorted(np.concatenate([block.rows for block in drawn])) == list(range(len(ratings)))
    assert sorted(np.concatenate([block.users for block in drawn])) == sorted(set(ratings.users.tolist()))
    for block in drawn:
        assert 1 <= len(block.users) <= size
        rows, columns = np.divmod(block.cells, len(block.items))
        assert (block.users[rows] == ratings.users[block.rows]).all()
        assert (block.items[columns] == ratings.items[block.rows]).all()
        assert len(np.unique(block.cells)) == len(block.cells) == len(block.rows)


def test_users_are_shuffled_by_the_generator(ratings):
    def orders(seed: int) -> list[int]:
        return np.concatenate([block.users for block in blocks(np.random.default_rng(seed))]).tolist()

    blocks = Blocks(ratings, USERS, 7, ITEMS)
    assert orders(0) == orders(0) != orders(1)
    assert orders(0) != sorted(orders(0))


@pytest.mark.parametrize("sampled", [ITEMS - 10, ITEMS + 1])
def test_of_a_catalogue_that_fits_all_that_is_rated_is_there_and_not_corrected(ratings, sampled):
    for block in Blocks(ratings, USERS, 7, sampled)(np.random.default_rng(0)):
        assert block.items.tolist() == sorted(set(ratings.items.tolist()))
        assert len(block.items) <= ITEMS - 10
        assert block.log_q is None


def test_a_sample_has_what_is_rated_and_as_many_drawn_as_are_wanted(ratings):
    for block in Blocks(ratings, USERS, 7, 25)(np.random.default_rng(0)):
        rated = set(ratings.items[block.rows].tolist())
        assert rated <= set(block.items.tolist())
        assert 25 <= len(block.items) <= 25 + len(rated) < ITEMS
        assert (np.diff(block.items) > 0).all()
        assert block.log_q.shape == block.items.shape
        assert (block.log_q <= 0).all()


def test_log_q_is_how_often_an_item_is_in_a_block(ratings):
    blocks = Blocks(ratings, USERS, 19, 25)  # two blocks of equal size an epoch
    random, seen, log_q = np.random.default_rng(0), np.zeros(ITEMS), np.zeros(ITEMS)
    for _ in range(1500):
        for block in blocks(random):
            seen[block.items] += 1
            log_q[block.items] = block.log_q
    rated = np.unique(ratings.items)
    assert np.exp(log_q[rated]) == pytest.approx(seen[rated] / 3000, abs=0.05)
    assert seen.sum() == seen[rated].sum(), "without ratings"


def test_one_block_of_all_users_has_all_that_is_rated_for_certain(ratings):
    [block] = Blocks(ratings, USERS, 38, 25)(np.random.default_rng(0))
    assert block.items.tolist() == np.unique(ratings.items).tolist()
    assert (block.log_q == 0).all()
