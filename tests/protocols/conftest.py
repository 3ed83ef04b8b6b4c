from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from tests.declarations import schema
from towhee_recsys.data import Dataset, Interactions
from towhee_recsys.protocols import PROTOCOLS, Task, make_task

MakeDataset = Callable[..., Dataset]

DRAWN = [name for name in PROTOCOLS if name != "pre-split"]
"""The protocols that draw the parts themselves."""


@pytest.fixture(scope="session")
def dataset_of() -> MakeDataset:
    """Makes a dataset of rows (user, item, value, time); ids are the numbers from 1, up to those that occur.

    Without a `scale`, values are weights of implicit feedback.
    """

    def dataset_of(
        rows: Sequence[tuple[int, int, float, int]],
        users: int | None = None,
        items: int | None = None,
        scale: tuple[float, float] | None = (1, 5),
        liked: float | None = None,
    ) -> Dataset:
        given = np.array(rows, dtype=np.float64).reshape(-1, 4)
        interactions = Interactions.of(given[:, 0] - 1, given[:, 1] - 1, given[:, 2], given[:, 3])
        value = {"rating": "value", "scale": list(scale)} if scale else {"count": "value"}
        declared = {"path": "interactions.csv", "user": "user", "item": "item", "time": "time", **value}
        return Dataset(
            users=pd.DataFrame({"user": range(1, 1 + (users or interactions.users.max() + 1))}),
            items=pd.DataFrame({"item": range(1, 1 + (items or interactions.items.max() + 1))}),
            interactions=interactions,
            schema=schema(name="mine", interactions={**declared, **({} if liked is None else {"liked": liked})}),
            fingerprint="0" * 64,
        )

    return dataset_of


@pytest.fixture(scope="session")
def random_dataset(dataset_of: MakeDataset) -> MakeDataset:
    """Makes a dataset in which chance decides who rates what, in which order, how and when."""

    def random_dataset(
        seed: int, users: int = 30, items: int = 40, density: float = 0.5, scale: tuple[float, float] | None = (1, 5)
    ) -> Dataset:
        random = np.random.default_rng(seed)
        rows, columns = np.nonzero(random.random((users, items)) < density)
        order = random.permutation(len(rows))
        values, times = random.integers(1, 6, len(rows)), random.integers(0, 50, len(rows))
        table = np.column_stack([rows[order] + 1, columns[order] + 1, values, times])
        return dataset_of(table, users, items, scale)

    return random_dataset


@pytest.fixture(scope="session")
def task_of() -> Callable[..., Task]:
    """`make_task` with the settings that most tests share."""

    def task_of(protocol: str, dataset: Dataset, seed: int = 42, validation: float = 0.0) -> Task:
        return make_task(protocol, dataset, seed=seed, validation=validation)

    return task_of
