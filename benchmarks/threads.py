"""4 and 16 threads that call one pipeline continuously, with Milvus Lite and SQLite, in turns with one thread.

Throughput is compared with that of one thread. The 99th percentile of latency is compared with an ideal queue: the
median of one thread times the number of threads, as if nothing could run in parallel.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import Limit, Row, percentiles
from benchmarks.workload import Workload, workload

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "paddlepaddle")

THREADS = (1, 4, 16)
REQUESTS = 1600
"""In a round, by all threads together."""

ROUNDS = 5


@dataclass
class Found:
    """For a number of threads: requests per second of each round, and seconds of each request."""

    throughput: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def measure(case: Case) -> list[Row]:
    """Throughput and 99th percentile of latency with several threads."""
    given = workload(case.indexed(), REQUESTS)
    found = {threads: Found() for threads in THREADS}
    _round(given, 16, Found(), case)
    for _ in range(ROUNDS):
        for threads in THREADS:
            _round(given, threads, found[threads], case)
    return [row for threads in THREADS[1:] for row in _rows(threads, found[threads], found[1])]


def _round(given: Workload, threads: int, found: Found, case: Case) -> None:
    requests = case.runs(REQUESTS)

    def ask(place: int) -> float:
        began = time.perf_counter()
        given.recommend(given.users[place]).get()
        return time.perf_counter() - began

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(time.sleep, [0.01] * threads))  # starts all threads
        began = time.perf_counter()
        found.seconds += pool.map(ask, range(requests))
        found.throughput.append(requests / (time.perf_counter() - began))


def _rows(threads: int, found: Found, alone: Found) -> list[Row]:
    both = {"ours": found.throughput, "theirs": alone.throughput}
    quartiles = {name: np.percentile(each, [25, 75]).tolist() for name, each in both.items()}
    queue = threads * float(np.median(alone.seconds))
    names = {f"{threads} threads": found.seconds, "1 thread": alone.seconds}
    return [
        Row(
            f"{threads} threads, throughput",
            "requests/s",
            float(np.median(found.throughput)),
            "1 thread",
            float(np.median(alone.throughput)),
            Limit("≥", 1.0),
            quartiles,
        ),
        Row(
            f"{threads} threads, p99",
            "ms",
            1e3 * float(np.percentile(found.seconds, 99)),
            "the ideal queue",
            1e3 * queue,
            Limit("≤", 3.0),
            detail={"distribution": {name: percentiles(each) for name, each in names.items()}},
        ),
    ]
