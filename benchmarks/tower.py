"""The user tower alone, at batch sizes 1 and 1,024: from encoded users to raw vectors.

Compared with a straightforward NumPy implementation with the same weights: the sum of each feature's rows, an id's
biases times their directions, and the two extra numbers. Both give the same vectors within 1e-6, which is asserted
first.
"""

from __future__ import annotations

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import Limit, Row, compared
from benchmarks.timing import interleaved
from towhee_recsys import load_bundle
from towhee_recsys.bundle import Bundle
from towhee_recsys.bundle.towers import loaded

PACKAGES = ("numpy", "paddlepaddle")

BATCHES = {1: (3.0, 10_000), 1024: (1.3, 500)}
"""The highest ratio allowed and the number of runs, by the number of users."""


def measure(case: Case) -> list[Row]:
    """A row for each batch size."""
    bundle = load_bundle(case.trained().model.dir)
    tower, _, known = loaded(bundle, "user")
    plain = PlainTower(bundle)
    draw = np.random.default_rng(0)
    rows = []
    for batch, (most, runs) in BATCHES.items():
        arrays = [array[draw.integers(len(array), size=batch)] for array in known]
        np.testing.assert_allclose(tower(arrays), plain(arrays), atol=1e-6)
        calls = {"ours": lambda _, given=arrays: tower(given), "theirs": lambda _, given=arrays: plain(given)}
        seconds = interleaved(calls, case.runs(runs), warm_up=20)
        work = f"user tower, batch {batch:,}"
        rows.append(compared(work, seconds, "the same weights in plain NumPy", Limit("≤", most), unit="µs"))
    return rows


class PlainTower:
    """A straightforward user tower, for a bundle whose features are ids and categories."""

    def __init__(self, bundle: Bundle):
        weights = {
            name.removeprefix("user_tower."): array
            for name, array in bundle.arrays("weights.npz").items()
            if name.startswith("user_tower.")
        }
        self.base_vector = weights["base_vector"]
        self.tables = [weights[f"inputs.{place}.embedding.weight"] for place in range(len(bundle.users.features))]
        ids = [place for place, feature in enumerate(bundle.users.features) if feature.is_id]
        self.biases = [
            (place, weights[f"biases.{number}.amounts.weight"], weights[f"biases.{number}.directions"])
            for number, place in enumerate(ids)
        ]

    def __call__(self, arrays: list[np.ndarray]) -> np.ndarray:
        """The raw vectors float32[n, dim] for the rows int64[n] of each feature."""
        free = self.base_vector + sum(table[rows] for table, rows in zip(self.tables, arrays, strict=True))
        for place, amounts, directions in self.biases:
            free += amounts[arrays[place]] @ directions
        extra = np.tile(np.array([0, 1], dtype=np.float32), (len(free), 1))
        return np.concatenate([free, extra], axis=1)
