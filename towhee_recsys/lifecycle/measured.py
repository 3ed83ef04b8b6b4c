"""What was measured of searches by the number of vectors, and curves fitted to it: docs/performance.json has the rows.

All of it is of vectors of 256 numbers, M 16, efConstruction 200, ef 64, on two cores of an AMD EPYC.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np

DIM, CORES = 256, 2
"""The numbers in each of the vectors that were measured, and the cores of the machine."""

HNSW_P50 = {4_000: 4.595, 100_000: 5.593, 1_000_000: 5.502}
HNSW_P99 = {4_000: 10.505, 100_000: 26.597, 1_000_000: 11.356}
"""Milliseconds of a search on a Milvus server, by the number of vectors: `query-scale`."""

FLAT_P50 = {4_000: 3.607, 100_000: 18.584, 1_000_000: 149.318}
FLAT_P99 = {4_000: 5.114, 100_000: 23.119, 1_000_000: 168.906}
"""Milliseconds of an exact search in a Milvus Lite file: `query-scale`. A server's was not measured."""

HNSW_BUILD = {4_000: 10.387, 100_000: 56.584, 1_000_000: 1527.482}
FLAT_BUILD = {4_000: 0.608, 100_000: 8.246, 1_000_000: 82.457}
"""Seconds until the last vector is indexed: `query-scale`, filled and ready."""

SERVICE_RATE = 633.5
"""Requests a second of the service with a Milvus server of 3,883 items and Redis, all on the two cores:
`serving-server`, capacity. The program that sends the requests takes its part of the cores, too."""


@dataclass(frozen=True)
class Line:
    """A value that grows by `slope` with each unit of what it depends on."""

    base: float
    slope: float

    def __call__(self, x: float) -> float:
        """The value at `x`."""
        return self.base + self.slope * x


def line(points: Mapping[int, float], scale: Callable[[float], float]) -> Line:
    """The least-squares line through points whose first coordinates are put on a `scale`."""
    slope, base = np.polyfit([scale(x) for x in points], list(points.values()), 1)
    return Line(float(base), float(slope))


def n_log_n(rows: float) -> float:
    """N log2 N, by which the time to build HNSW grows."""
    return rows * math.log2(max(rows, 2))


HNSW_SEARCH = line(HNSW_P50, math.log2)
"""Milliseconds of a search in one graph by log2 of its rows."""

FLAT_SEARCH = line(FLAT_P50, float)
"""Milliseconds of an exact search by the number of rows."""

BUILD_HNSW, BUILD_FLAT = line(HNSW_BUILD, n_log_n).slope, line(FLAT_BUILD, float).slope
"""Seconds a unit of N log2 N, and seconds a row, on the two cores."""

TAIL_HNSW = median(HNSW_P99[rows] / HNSW_P50[rows] for rows in HNSW_P50)
TAIL_FLAT = median(FLAT_P99[rows] / FLAT_P50[rows] for rows in FLAT_P50)
"""p99 in multiples of p50: the middle one of three sizes."""
