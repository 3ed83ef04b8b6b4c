"""Parts and threads change nothing but rounding."""

from __future__ import annotations

import os
import signal

import numpy as np
import pytest

from tests.model.test_objectives import blocks_of, rated, settings, units
from towhee_recsys.model.in_parts import PARTS, cores_for_parts, in_parts
from towhee_recsys.model.objectives import make_objectives
from towhee_recsys.model.objectives.rating import RatingObjective


@pytest.mark.parametrize("users", [1, 2, 3, PARTS, 37])
@pytest.mark.parametrize("purpose", ["ranking", "rating"])
@pytest.mark.parametrize("sampled", [1000, 9])
def test_parts_together_give_what_the_whole_gives(users, purpose, sampled):
    items = 25
    ratings = rated(users, items, min(users * 8, 200), seed=users)
    objective = make_objectives("both", ratings, settings())[purpose]
    [block] = blocks_of(ratings, users, items, size=users, sampled=sampled)
    vectors, scored = units(len(block.users), 3), units(len(block.items), 4)
    whole = objective(vectors, scored, block)
    with cores_for_parts():
        parts = in_parts(objective, vectors, scored, block)()
    assert parts[0] == pytest.approx(whole[0], rel=1e-5)
    for found, expected in zip(parts[1:], whole[1:], strict=True):
        assert found.dtype == expected.dtype
        assert np.asarray(found) == pytest.approx(np.asarray(expected), rel=1e-4, abs=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_has_threads_of_its_own():
    ratings = rated(8, 25, 60, seed=1)
    [block] = blocks_of(ratings, 8, 25, size=8)
    objective, vectors, scored = RatingObjective(ratings, settings()), units(len(block.users), 3), units(25, 4)
    in_parts(objective, vectors, scored[: len(block.items)], block)()
    if not (child := os.fork()):
        signal.alarm(20)
        in_parts(objective, vectors, scored[: len(block.items)], block)()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def test_the_parts_of_a_block_are_its_users_in_order_with_their_ratings():
    ratings = rated(37, 25, 200, seed=1)
    [block] = blocks_of(ratings, 37, 25, size=37)
    for count in (1, 2, 4, 36, 100):
        parts = block.parts(count)
        assert len(parts) == min(count, len(block.users))
        assert np.concatenate([part.users for part in parts]).tolist() == block.users.tolist()
        assert max(len(part.users) for part in parts) - min(len(part.users) for part in parts) <= 1
        assert np.concatenate([part.rows for part in parts]).tolist() == block.rows.tolist()
        for part in parts:
            rows, columns = np.divmod(part.cells, len(part.items))
            assert (part.users[rows] == ratings.users[part.rows]).all()
            assert (part.items[columns] == ratings.items[part.rows]).all()
