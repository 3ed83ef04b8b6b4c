"""Timing of calls in turns, so that other load of the machine affects all of them alike."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np


def interleaved(
    calls: Mapping[str, Callable[[int], Any]],
    runs: int,
    *,
    warm_up: int = 3,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, np.ndarray]:
    """Seconds float64[runs] of each call by name; a call is passed the number of its run.

    Calls take turns, in reverse order in every second run. The first `warm_up` rounds are not counted.
    """
    names, seconds = list(calls), {name: np.zeros(runs) for name in calls}
    for run in [*range(min(warm_up, runs)), *range(runs)]:  # the warm-up is measured, and then overwritten
        for name in names if run % 2 == 0 else reversed(names):
            began = clock()
            calls[name](run)
            seconds[name][run] = clock() - began
    return seconds


def processor_seconds() -> float:
    """Seconds of processor time of this process and of its finished children, over all cores."""
    return sum(os.times()[:4])
