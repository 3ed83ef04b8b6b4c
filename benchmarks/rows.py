"""The results of a benchmark: rows, each with our figure, the figure it is compared with, and the target."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from towhee_recsys import __version__

SECONDS = {"s": 1.0, "ms": 1e3, "µs": 1e6}
"""How many of a unit are one second."""


@dataclass(frozen=True)
class Limit:
    """The target of a row; `of` is the figure that it limits.

    ratio: ours / theirs. less: theirs / ours. difference: ours - theirs. ours: our figure alone.
    """

    sign: Literal["≤", "≥"]
    bound: float
    of: Literal["ratio", "less", "difference", "ours"] = "ratio"

    def figure(self, ours: float, theirs: float | None) -> float:
        """The figure that is compared with the bound."""
        if self.of == "ours" or theirs is None:
            return ours
        return {"ratio": ours / theirs, "less": theirs / ours, "difference": ours - theirs}[self.of]


@dataclass(frozen=True)
class Row:
    """A row of the table. `spread` has the quartiles of "ours" and "theirs", in `unit`; `detail` is for pictures."""

    work: str
    unit: str
    ours: float
    against: str = ""
    theirs: float | None = None
    limit: Limit | None = None
    spread: Mapping[str, Sequence[float]] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def figure(self) -> float | None:
        """The figure that is compared with the limit; without a limit ours / theirs, if there is a theirs."""
        if self.limit is None and self.theirs is None:
            return None
        return (self.limit or Limit("≤", 0)).figure(self.ours, self.theirs)

    @property
    def short(self) -> float:
        """By how much the figure misses the limit; 0 if it does not."""
        if self.limit is None or self.figure is None:
            return 0.0
        beyond = self.figure - self.limit.bound
        return max(0.0, beyond if self.limit.sign == "≤" else -beyond)


def compared(
    work: str,
    seconds: Mapping[str, np.ndarray],
    against: str,
    limit: Limit | None = None,
    *,
    unit: str = "ms",
    percentile: float = 50,
    convert: Callable[[np.ndarray], np.ndarray] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Row:
    """A row from the "ours" and "theirs" that `interleaved` measured: a percentile of each; for medians, the quartiles.

    `convert` converts seconds to `unit`; not needed for units of time.
    """
    converted = convert or (lambda each: each * SECONDS[unit])
    found = {name: converted(seconds[name]) for name in ("ours", "theirs")}
    ours, theirs = (float(np.percentile(runs, percentile)) for runs in found.values())
    quartiles = {name: np.percentile(runs, [25, 75]).tolist() for name, runs in found.items()}
    return Row(work, unit, ours, against, theirs, limit, quartiles if percentile == 50 else {}, detail or {})


def percentiles(seconds: Sequence[float] | np.ndarray, unit: str = "ms") -> list[float]:
    """The percentiles 0 to 100 of runs, for a row's `detail`."""
    return np.round(np.percentile(seconds, range(101)) * SECONDS[unit], 4).tolist()


def to_json(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The rows, with derived figures for readers of the JSON."""
    return [
        asdict(row) | {"figure": row.figure, "reached": None if row.limit is None else not row.short} for row in rows
    ]


def from_json(rows: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows that were given to `to_json`."""
    names = Row.__dataclass_fields__
    kept = [{name: value for name, value in row.items() if name in names} for row in rows]
    return [Row(**row | {"limit": Limit(**row["limit"]) if row["limit"] else None}) for row in kept]


def circumstances(packages: Sequence[str]) -> dict[str, Any]:
    """What figures depend on besides the code: the date, versions and the machine."""
    versions = {"towhee_recsys": __version__, "Python": platform.python_version()}
    return {
        "date": date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "processor": _processor(),
        "versions": versions | {name: version_of(name) for name in packages},
    }


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.is_file() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def version_of(name: str) -> str:
    """The version of an installed package, or that it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
