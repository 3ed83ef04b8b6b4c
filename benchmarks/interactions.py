"""Reading and training on 1 to 50 million interactions: time, and the peak memory of the process.

The data are from a seeded generator, power_law.py, as CSV: few users and items have most of the interactions, in the
numbers of MovieLens 1M, 10M and 25M; the largest have a million users and a million items. Each figure is of a process
of its own that reads the file, trains one epoch by the default settings and writes the bundle: its peak memory, with
the libraries, is that of the whole `train`. The objective `both` is trained on ratings, `ranking` on the same
interactions without them. implicit's ALS gets the same file as a SciPy matrix, by pandas, and is fitted for one
iteration with as many factors as our vectors have numbers. One iteration and one epoch do not learn the same, so only
the growth compares.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.alone import alone, peak_memory
from benchmarks.case import Case, command
from benchmarks.peers import must_be_installed
from benchmarks.power_law import Shape, write_tables
from benchmarks.quality_kept import Kept
from benchmarks.rows import Limit, Row
from towhee_recsys import load_config, read_dataset, train
from towhee_recsys.config import Config
from towhee_recsys.support.step_timers import EPOCHS, timed_by

PACKAGES = ("paddlepaddle", "numpy", "pandas", "scipy", "implicit")

SHAPES = {
    "1 million interactions": Shape(6_040, 3_700, 1_000_000),
    "10 million interactions": Shape(70_000, 10_700, 10_000_000),
    "25 million interactions": Shape(160_000, 60_000, 25_000_000),
    "50 million interactions": Shape(1_000_000, 1_000_000, 50_000_000),
}
"""The data, the smallest first."""

QUICK = {"20,000 interactions": Shape(500, 300, 20_000)}

OBJECTIVES = {"both": "rating", "ranking": None}
"""What is trained, and the column of the interactions' values."""

MOST_MEMORY, MOST_SECONDS = 6_000, 300
"""Megabytes of a whole training, and seconds of an epoch, that are not to be exceeded."""

OF_A_MACHINE = {"50 million interactions": 16_000}
"""Where it is another limit of memory: that of a usual machine."""

MB = 2**20


def check() -> None:
    """Raises EvaluationError if implicit is not installed."""
    must_be_installed("implicit")


def measure(case: Case) -> list[Row]:
    """All rows. Figures of finished steps are stored, so that a killed benchmark can be resumed."""
    shapes = QUICK if case.quick else {name: each for name, each in SHAPES.items() if each.items <= case.largest}
    folder = case.work / "interactions"
    kept = Kept(folder / "figures.json")
    rows = []
    for name, shape in shapes.items():
        data = folder / name.replace(" ", "-").replace(",", "")
        if not (data / "interactions.csv").is_file():
            write_tables(data, shape)
        configs = {objective: config_of(data, objective) for objective in OBJECTIVES}
        steps = {"read": (read, configs["both"]), "als": (als, configs["ranking"])}
        steps |= {objective: (trained, config) for objective, config in configs.items()}
        for step, (function, config) in steps.items():
            run = partial(alone, function, command("train", config)[-1])
            kept(f"{name}: {step}", config.model_dump(mode="json"), run)
        rows += _rows(name, {step: kept.steps[f"{name}: {step}"] for step in steps})
    return rows


def config_of(data: Path, objective: str) -> Config:
    """The config that trains `objective` for one epoch on the tables in `data`."""
    rating = {"rating": "rating", "scale": [0.5, 5]} if OBJECTIVES[objective] else {}
    return load_config(
        objective=objective,
        dataset={
            "name": "power-law",
            "users": {"path": str(data / "users.csv"), "id": "user"},
            "items": {"path": str(data / "items.csv"), "id": "item", "title": "title", "lists": {"tags": "|"}},
            "interactions": {
                "path": str(data / "interactions.csv"), "user": "user", "item": "item", "time": "time", **rating
            },
        },
        features={
            "user": [{"kind": "id", "column": "user"}, {"kind": "category", "column": "age"}],
            "item": [
                {"kind": "id", "column": "item"},
                {"kind": "categories", "column": "tags"},
                {"kind": "text", "column": "title", "length": 8},
            ],
        },
        model={"dir": str(data / objective / "model")},
        training={"epochs": 1, "device": "cpu"},
    )  # fmt: skip


def read(config_file: str) -> dict[str, float]:
    """Reads the dataset: seconds, without the imports, and the peak memory in bytes."""
    import pandas  # noqa: F401

    began = time.perf_counter()
    read_dataset(load_config(config_file).dataset)
    return {"seconds": time.perf_counter() - began, "peak": peak_memory()}


def trained(config_file: str) -> dict[str, float]:
    """Trains: seconds in all and of the epoch, processor seconds in all, and the peak memory in bytes."""
    clock, began = _Clock(), time.perf_counter()
    with timed_by(clock):
        train(config_file, fresh=True, progress=False)
    found = {"seconds": time.perf_counter() - began, "processor": time.process_time(), "peak": peak_memory()}
    return {**found, "epoch": clock.seconds[EPOCHS]}


def als(config_file: str) -> dict[str, float]:
    """Reads the same interactions and fits ALS: seconds of both, and the peak memory in bytes."""
    import numpy as np
    import pandas as pd
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    config, began = load_config(config_file), time.perf_counter()
    table = pd.read_csv(str(config.dataset.interactions.path), usecols=["user", "item"], dtype=np.int32)
    likes = csr_matrix((np.ones(len(table), dtype=np.float32), (table["user"], table["item"])))
    loaded = time.perf_counter()
    with threadpool_limits(1, user_api="blas"):  # it has threads of its own
        model = AlternatingLeastSquares(factors=config.model.embedding_size, iterations=1, random_state=42)
        model.fit(likes, show_progress=False)
    return {"read": loaded - began, "seconds": time.perf_counter() - loaded, "peak": peak_memory()}


class _Clock:
    """Adds up the seconds of each step, with those of the steps within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def running(self, step: str, calls: int = 1) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - began


def _rows(name: str, found: dict[str, dict[str, Any]]) -> Iterator[Row]:
    reading, als = found["read"], found["als"]
    yield Row(f"{name}: read", "s", reading["seconds"], "pandas and a SciPy matrix", als["read"])
    yield Row(f"{name}: read, peak memory", "MB", reading["peak"] / MB)
    for objective in OBJECTIVES:
        ours, work = found[objective], f"{name}: {objective}"
        against = "an iteration of implicit's ALS"
        yield Row(f"{work}, an epoch", "s", ours["epoch"], against, als["seconds"], Limit("≤", MOST_SECONDS, "ours"))
        yield Row(f"{work}, the whole training", "s", ours["seconds"])
        yield Row(f"{work}, processor time of the whole training", "processor s", ours["processor"])
        memory = ours["peak"] / MB, "ALS, with reading", als["peak"] / MB
        limit = Limit("≤", OF_A_MACHINE.get(name, MOST_MEMORY), "ours")
        yield Row(f"{work}, the whole training, peak memory", "MB", *memory, limit)
