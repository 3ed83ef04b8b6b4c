"""The benchmark of interactions: what its generator makes, and what its steps measure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks import interactions as benchmark
from benchmarks import power_law
from benchmarks.case import command
from benchmarks.power_law import KINDS, Shape, interactions, write_tables

SHAPE = Shape(400, 200, 12_000)


def columns(shape: Shape, seed: int = 42) -> list[np.ndarray]:
    return [np.concatenate(column) for column in zip(*interactions(shape, seed), strict=True)]


def test_the_generator_makes_as_many_distinct_pairs_as_wanted(monkeypatch):
    users, items, ratings, times = columns(SHAPE)
    assert len(users) == len(items) == len(ratings) == len(times) == SHAPE.interactions
    assert len(np.unique(users * SHAPE.items + items)) == SHAPE.interactions
    assert (users.min(), items.min()) == (0, 0)
    assert users.max() < SHAPE.users
    assert items.max() < SHAPE.items
    assert set(np.unique(ratings).tolist()) == {half / 2 for half in range(1, 11)}
    again = columns(SHAPE)
    assert all(np.array_equal(*pair) for pair in zip(again, [users, items, ratings, times], strict=True))
    monkeypatch.setattr(power_law, "CHUNK", 1_000)
    assert len(list(interactions(SHAPE))) > 5, "in chunks"
    assert len(columns(SHAPE)[0]) == SHAPE.interactions


def test_few_users_and_items_have_most_interactions_and_users_like_their_kind():
    users, items, ratings, _ = columns(Shape(2_000, 4_000, 100_000))
    for rows in (users, items):
        counts = np.sort(np.bincount(rows))[::-1]
        assert counts[: len(counts) // 10].sum() > 0.25 * len(rows)
    own = users % KINDS == items % KINDS
    assert own.mean() > 3 / KINDS
    assert ratings[own].mean() > ratings[~own].mean() + 0.5


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("power law")
    write_tables(folder, SHAPE)
    return folder


def test_the_tables_have_all_that_was_generated(data):
    users, items, ratings, times = columns(SHAPE)
    table = pd.read_csv(data / "interactions.csv")
    for name, column in {"user": users, "item": items, "rating": ratings, "time": times}.items():
        assert table[name].tolist() == column.tolist()
    assert len(pd.read_csv(data / "users.csv")) == SHAPE.users
    assert len(pd.read_csv(data / "items.csv")) == SHAPE.items


@pytest.mark.parametrize("objective", benchmark.OBJECTIVES)
def test_a_step_trains_one_epoch_of_the_objective_and_measures_it(data, objective):
    config = benchmark.config_of(data, objective)
    assert (config.objective, config.dataset.feedback.scale is None) == (objective, objective == "ranking")
    found = benchmark.trained(command("train", config)[-1])
    assert 0 < found["epoch"] < found["seconds"]
    assert found["peak"] > 2**20


def test_both_read_the_file(data):
    file = command("train", benchmark.config_of(data, "ranking"))[-1]
    assert benchmark.read(file)["seconds"] > 0
    pytest.importorskip("implicit")
    assert benchmark.als(file).keys() == {"read", "seconds", "peak"}


def test_rows_are_held_against_the_limits():
    ours = {"seconds": 500.0, "epoch": 400.0, "peak": 5_000 * 2**20, "processor": 600.0}
    found = {
        "read": {"seconds": 20.0, "peak": 2**30},
        "als": {"read": 10.0, "seconds": 100.0, "peak": 2**31},
        **dict.fromkeys(benchmark.OBJECTIVES, ours),
    }
    rows = {row.work: row for row in benchmark._rows("many", found)}
    assert rows["many: read"].figure == 2
    assert rows["many: both, an epoch"].short == 100
    assert rows["many: ranking, the whole training, peak memory"].short == 0
