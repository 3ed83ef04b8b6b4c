"""The figures of the benchmark over its draws, from the stored steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.quality_in_time import IN_TIME
from benchmarks.quality_kept import Step
from benchmarks.quality_peers import PEERS
from benchmarks.quality_rows import Figure, Row
from benchmarks.quality_slices import Slice
from benchmarks.quality_steps import step_name

LESS_IS_MORE = "<="


@dataclass(frozen=True)
class Found:
    """A figure over draws: its mean, its standard deviation (0 for a single draw), and the number of draws."""

    mean: float
    deviation: float
    draws: int


class Figures:
    """The figures in `document`, the benchmark's JSON: `{"run": {...}, "steps": {name: {...}}}`."""

    def __init__(self, document: dict[str, Any]):
        self.run, self.steps = document["run"], document["steps"]

    def seeds(self, row: Row) -> range:
        """The seeds of a row's draws."""
        return range(self.run["seed"], self.run["seed"] + self.run["seeds"] + row.more)

    def ours(self, row: Row, figure: Figure) -> Found | None:
        """The figure of the row's model, or its difference from another model's; None if it was not measured."""
        return _found([self._of_model(row, figure, seed) for seed in self.seeds(row)])

    def theirs(self, name: str, row: Row, metric: str) -> Found | None:
        """The figure of a baseline: from its own steps or, if it has none, from those of the model."""
        values = []
        for seed in self.seeds(row):
            peer, model = self._step(name, row, seed), self._step(row.model, row, seed)
            metrics = peer["metrics"] if peer else model["baselines"].get(name, {}) if model else {}
            values.append(metrics.get(metric))
        return _found(values)

    def ablations(self) -> list[Step]:
        """The steps of the ablation."""
        return self._of_kind("ablation")

    def stale(self, ablation: Step) -> bool:
        """Whether a step of the ablation is of other settings than the default model's."""
        return ablation["basis"] not in {step["basis"] for step in self._of_kind("default")}

    def slices(self, protocol: str) -> list[Slice]:
        """The slices of a protocol; empty if they were not measured."""
        step = self.steps.get(step_name("slices", protocol, self.run["seed"]))
        return [Slice(**each) for each in step["slices"]] if step else []

    def in_time(self) -> dict[str, Step]:
        """What was measured of data with times, by their names; see `planted.measured`."""
        there = [(name, self.steps.get(f"in time, {name}")) for name in IN_TIME]
        return {name: step for name, step in there if step}

    def measured(self, row: Row) -> str:
        """When, and at which commits, the row's models were measured; "" if they were not."""
        steps = [self._step(model, row, seed) for model in row.models for seed in self.seeds(row)]
        return when([step for step in steps if step])

    def peers_measured(self) -> str:
        """When the other libraries were measured; "" if they were not."""
        steps = [step for name, step in self.steps.items() if name.partition(",")[0] in PEERS]
        return ", ".join(sorted({step["date"] for step in steps}))

    def _of_kind(self, kind: str) -> list[Step]:
        return [step for name, step in self.steps.items() if name.partition(",")[0] == kind]

    def _of_model(self, row: Row, figure: Figure, seed: int) -> float | None:
        models = [row.model, figure.minus] if figure.minus else [row.model]
        steps = [self._step(model, row, seed) for model in models]
        values = [step["metrics"].get(figure.metric) if step else None for step in steps]
        return None if None in values else values[0] - sum(values[1:])

    def _step(self, who: str, row: Row, seed: int) -> Step | None:
        return self.steps.get(step_name(who, row.protocol, seed))


def gap(figure: Figure, found: Found, bound: float) -> float:
    """By how much a figure misses a bound; 0 or less if it does not."""
    above = found.mean - bound
    return above if figure.sign == LESS_IS_MORE else -above


def when(steps: Iterable[Step]) -> str:
    """The dates of steps and the commits of their code, as text."""
    made = sorted({(step["date"], step["commit"] or "") for step in steps})
    return ", ".join(f"{day} at {commit}" if commit else day for day, commit in made)


def _found(values: list[float | None]) -> Found | None:
    there = [value for value in values if value is not None]
    if not there:
        return None
    return Found(float(np.mean(there)), float(np.std(there, ddof=1)) if len(there) > 1 else 0.0, len(there))
