"""What is true of a dataset before anything is trained on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from towhee_recsys.data import Dataset
from towhee_recsys.init.bar import Bar
from towhee_recsys.init.features import FoundFeature
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.plan import Plan

SIDES = ("user", "item")
FEW = 5
"""A user or an item with fewer interactions is cold: hardly anything can be learned about it."""


@dataclass(frozen=True)
class Verdict:
    """The figures of a dataset, and the decisions that were made for it.

    Attributes:
        counts: users, items, interactions.
        density: The share of all pairs of a user and an item that have an interaction.
        cold: The share of users and of items with fewer than five interactions.
        repeated: The interactions of a user and an item that have another one.
        orphans: The interactions of users and of items that are not in the tables; they are skipped.
        bad_rows: Rows that are skipped, by "file: reason", orphans among them.
        columns: The columns of the interactions by their roles.
        features: The columns that are features, by table.
        left_out: The columns that are not, by table, with the reasons.
        leaks: Those of them that are made from the interactions, as "table: column".
        unsure: What may be wrong with a setting, by its name.
        objective: The name and the reason.
        protocol: The name and the reason.
        bar: What baselines reach.
    """

    counts: dict[str, int]
    density: float
    cold: dict[str, float]
    repeated: int
    orphans: dict[str, int]
    bad_rows: dict[str, int]
    columns: dict[str, str]
    features: dict[str, list[str]]
    left_out: dict[str, dict[str, str]]
    leaks: list[str]
    unsure: dict[str, str]
    objective: tuple[str, str]
    protocol: tuple[str, str]
    bar: Bar = field(default_factory=lambda: Bar({}))

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {
            "counts": self.counts,
            "density": self.density,
            "cold": self.cold,
            "repeated": self.repeated,
            "orphans": self.orphans,
            "bad_rows": self.bad_rows,
            "columns": self.columns,
            "features": self.features,
            "left_out": self.left_out,
            "leaks": self.leaks,
            "unsure": self.unsure,
            "objective": dict(zip(("name", "why"), self.objective, strict=True)),
            "protocol": dict(zip(("name", "why"), self.protocol, strict=True)),
            "bar": {"metrics": self.bar.metrics, "sample": self.bar.sample, "problem": self.bar.problem},
        }


def judge(
    dataset: Dataset, repeated: int, plan: Plan, features: dict[str, list[FoundFeature]], bar: Bar, notes: Notes
) -> Verdict:
    """The verdict on `dataset`, of which `repeated` interactions have another one of the same user and item."""
    declared, bad = dataset.schema.interactions, dataset.bad_rows.items()
    roles = ("user", "item", "rating", "event", "count", "time")
    counts = {"users": len(dataset.users), "items": len(dataset.items), "interactions": len(dataset.interactions)}
    left_out: dict[str, dict[str, str]] = {}
    for (table, column), why in notes.left_out.items():
        left_out.setdefault(table, {})[column] = why
    return Verdict(
        counts=counts,
        density=counts["interactions"] / max(1, counts["users"] * counts["items"]),
        cold={
            "users": _cold(dataset.interactions.users, counts["users"]),
            "items": _cold(dataset.interactions.items, counts["items"]),
        },
        repeated=repeated,
        orphans={f"{side}s": sum(n for reason, n in bad if reason.endswith(f": unknown {side}")) for side in SIDES},
        bad_rows=dict(bad),
        columns={role: column for role in roles if (column := getattr(declared, role))},
        features={side: [each.column for each in found if each.settings] for side, found in features.items()},
        left_out=left_out,
        leaks=[f"{table}: {column}" for table, column in notes.leaks],
        unsure={".".join(path): why for path, why in notes.unsure.items()},
        objective=(plan.objective, notes.why["objective",]),
        protocol=(plan.protocol, notes.why["protocol",]),
        bar=bar,
    )


def _cold(rows: np.ndarray, count: int) -> float:
    return float((np.bincount(rows, minlength=count) < FEW).mean()) if count else 0.0
