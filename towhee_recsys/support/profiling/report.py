"""The report of a profile, as text."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.profiling.sampler import Sampler
from towhee_recsys.version import __version__

PACKAGES = {name: name for name in ("numpy", "pandas", "towhee", "pymilvus")} | {
    "milvus_lite": "milvus-lite",
    "paddle": "paddlepaddle",
}
"""Packages whose versions are reported if they are loaded: their names in the package registry, by import name."""

FUNCTIONS, IMPORTS = 30, 8
"""How many functions and how many packages are listed at most."""


def report(
    title: str, clock: Clock, sampler: Sampler, wall: float, processor: float, before: float, failed: str | None
) -> str:
    """The text. `wall` and `processor` are the seconds of the profile, `before` the processor seconds before it."""
    lines = [
        title,
        f"{wall:.3f} seconds passed; this process took {processor:.3f} processor seconds on {_cores()} cores",
        f"(and {before:.3f} before the profile began)",
        _versions(),
        *([f"It failed: {failed}."] if failed else []),
        "",
        *_steps(clock, wall),
        "",
        *_outside(sampler, wall),
        "",
        *_imports(sampler),
        "",
        *_functions(sampler),
    ]
    return "\n".join(lines) + "\n"


def _steps(clock: Clock, wall: float) -> list[str]:
    """A line a step; steps that run at once share the time that passes, so that all shares make at most 100 %."""
    outside = wall - sum(ran.share for ran in clock.steps.values())
    return [
        f"{'Steps':24}{'calls':>9}{'seconds':>12}{'share':>9}{'per call':>14}",
        *(
            f"{name:24}{ran.calls:9,}{ran.seconds:12.4f}{_percent(ran.share, wall)}"
            f"{1000 * ran.seconds / max(1, ran.calls):11.3f} ms"
            for name, ran in clock.steps.items()
        ),
        f"{'outside of steps':24}{'':9}{outside:12.4f}{_percent(outside, wall)}",
    ]


def _outside(sampler: Sampler, wall: float) -> list[str]:
    """The use of the time outside of steps, as far as samples show."""
    return [
        f"{'Outside of steps, about':33}{'seconds':>12}{'share':>9}",
        *(f"{name:33}{seconds:12.2f}{_percent(seconds, wall)}" for name, seconds in _longest(sampler.outside)),
    ]


def _imports(sampler: Sampler) -> list[str]:
    found = ", ".join(f"{name} {seconds:.2f}" for name, seconds in _longest(sampler.imports, IMPORTS))
    return [
        f"Imports, those within steps, too, about {sum(sampler.imports.values()):.2f} seconds",
        f"of these, each package without the others that it loads: {found or 'none'}",
    ]


def _functions(sampler: Sampler) -> list[str]:
    return [
        "Functions that took longest, over all threads, about: seconds in themselves, and with what they called",
        f"{'own':>9}{'in all':>9}",
        *(f"{seconds:9.2f}{sampler.in_all[name]:9.2f}  {name}" for name, seconds in _longest(sampler.own, FUNCTIONS)),
    ]


def _longest(seconds: dict[str, float], count: int | None = None) -> list[tuple[str, float]]:
    return sorted(seconds.items(), key=lambda each: -each[1])[:count]


def _percent(seconds: float, wall: float) -> str:
    return f"{100 * seconds / wall:7.1f} %"


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _versions() -> str:
    found = [f"towhee_recsys {__version__}", f"Python {python_version()}"]
    for module, package in PACKAGES.items():
        if module in sys.modules:
            try:
                found.append(f"{package} {version(package)}")
            except PackageNotFoundError:  # built into something else
                continue
    return ", ".join(found)
