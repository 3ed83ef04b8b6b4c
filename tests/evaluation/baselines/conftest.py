from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.baselines import SideInformation
from towhee_recsys.protocols.task import Question, Task


@pytest.fixture(scope="session")
def task_of() -> Callable[..., Task]:
    """A task that trains on the ratings of a dense table, [users, items]; 0 stands for no rating."""

    def task_of(table: np.ndarray, seed: int = 0) -> Task:
        users, items = np.nonzero(table)
        train = Interactions.of(users, items, table[users, items].astype(np.float32))
        nothing = train.take(np.zeros(0, dtype=np.int64))
        return Task("rating-90-10", seed, *table.shape, 4.0, train, nothing, nothing, [])

    return task_of


@pytest.fixture(scope="session")
def question_of() -> Callable[..., Question]:
    """A question of users whose histories are a dense table's rows; by default they are its first users, known."""

    def question_of(history: np.ndarray, users: np.ndarray | None = None, known: bool = True) -> Question:
        marks = csr_matrix(history > 0)
        rows = np.arange(len(history)) if users is None else users
        kept = csr_matrix(history.astype(np.float32))
        return Question("", rows, known, kept, np.ones(history.shape[1], dtype=bool), marks, marks)

    return question_of


@pytest.fixture(scope="session")
def ratings_table() -> np.ndarray:
    """Ratings of 300 users for 24 items, the last of which is not rated; 0 stands for no rating."""
    rng = np.random.default_rng(5)
    table = rng.integers(1, 6, (300, 24)) * (rng.random((300, 24)) < 0.4)
    table[:, -1] = 0
    return table


@pytest.fixture(scope="session")
def some_side_information() -> SideInformation:
    """Three groups of the 300 users, five categories of the 24 items."""
    contents = (np.random.default_rng(6).random((24, 5)) < 0.4).astype(np.float32)
    return SideInformation(np.arange(300) % 3, contents)
