"""What was measured of searches on a Milvus server by the number of vectors, and lines fitted to it.

The figures are in measured.json beside this file; `python -m benchmarks capacity` measures them and writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("measured.json")

DIM, CORES = 256, 2
"""The numbers in each of the vectors that are measured, and the cores of the machine."""

TYPES = ("FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8")
"""The types of index that are measured."""


@dataclass(frozen=True)
class Row:
    """What was measured of one type of index with so many vectors.

    Attributes:
        index: The type.
        vectors: Their number.
        settings: Those that the index was created with, such as {"M": 16}.
        search: Those of the searches, such as {"ef": 64}.
        segments: Parts that each search goes through.
        memory_bytes: By how much the server's memory grows when the index is loaded.
        build_seconds: Time until the last vector is indexed.
        p50_ms, p99_ms: Of one search after the other.
        rate: Searches a second of many threads, with the program that searches on the same cores.
        cpu_ms: Time of all cores together that the server takes for a search, at that rate.
        recall: The recall@10 of the searches.
    """

    index: str
    vectors: int
    settings: Mapping[str, int]
    search: Mapping[str, int]
    segments: int
    memory_bytes: int
    build_seconds: float
    p50_ms: float
    p99_ms: float
    rate: float
    cpu_ms: float
    recall: float


@dataclass(frozen=True)
class Measured:
    """All that was measured.

    Attributes:
        rows: By type of index and number of vectors.
        service_rate: Requests a second of the service on the same cores: docs/explanation/performance.md.
        run: The date, the machine and the versions.
    """

    rows: Sequence[Row]
    service_rate: float
    run: Mapping[str, Any]

    @property
    def largest(self) -> int:
        """The largest number of vectors that was measured."""
        return max(row.vectors for row in self.rows)

    def of(self, index: str) -> list[Row]:
        """The rows of a type of index."""
        return [row for row in self.rows if row.index == index]


@dataclass(frozen=True)
class Line:
    """A value that grows by `slope`, which is not negative, with each unit of what it depends on."""

    base: float
    slope: float

    def __call__(self, x: float) -> float:
        """The value at `x`."""
        return self.base + self.slope * x


@dataclass(frozen=True)
class Growth:
    """How a type of index grows.

    Attributes:
        work: Milliseconds of all cores for a search, by the sum of `scale` over the segments.
        p50: Milliseconds of a search, by the sum of `scale` over the segments that one core searches.
        tail: p99 in multiples of p50.
        build: Seconds by `build_scale` of the rows, on `CORES` cores.
        search: The width of searches in the largest index, which larger ones are taken to need, too.
    """

    work: Line
    p50: Line
    tail: float
    build: float
    search: Mapping[str, int]


def read_measured(file: Path = FILE) -> Measured:
    """The measurements in `file`."""
    found = json.loads(file.read_text(encoding="utf-8"))
    return Measured([Row(**row) for row in found["rows"]], found["service_rate"], found["run"])


def growth(rows: Sequence[Row]) -> Growth | None:
    """The lines through the rows of one type of index; None for fewer than two sizes."""
    if len(rows) < 2:
        return None
    scales = [scale_of(row) for row in rows]
    in_all = [row.segments * each for row, each in zip(rows, scales, strict=True)]
    by_a_core = [math.ceil(row.segments / CORES) * each for row, each in zip(rows, scales, strict=True)]
    largest = max(rows, key=lambda row: row.vectors)
    return Growth(
        work=line(in_all, [row.cpu_ms for row in rows]),
        p50=line(by_a_core, [row.p50_ms for row in rows]),
        tail=median(row.p99_ms / row.p50_ms for row in rows),
        build=largest.build_seconds / build_scale(largest.index, largest.vectors, largest.segments),
        search=largest.search,
    )


def scale(index: str, rows: float, search: Mapping[str, int], clusters: float | None = None) -> float:
    """How the work of a search in one segment grows with its rows, and with the width of the search.

    FLAT reads all rows, HNSW `ef` times about log2 of them, and IVF `nprobe` clusters: of so many `clusters`, where
    they are given, else of as many as the root of the rows.
    """
    if index == "FLAT":
        return rows
    if index == "HNSW":
        return search.get("ef", 1) * math.log2(max(rows, 2))
    return search.get("nprobe", 1) * rows / (clusters or math.sqrt(rows))


def scale_of(row: Row) -> float:
    """The scale of each segment of what was measured."""
    return scale(row.index, row.vectors / row.segments, row.search, row.settings.get("nlist"))


def line(x: Sequence[float], y: Sequence[float]) -> Line:
    """The least-squares line that does not fall."""
    slope, base = np.polyfit(x, y, 1)
    return Line(float(base), float(slope)) if slope > 0 else Line(float(np.mean(y)), 0.0)


def build_scale(index: str, rows: float, segments: int) -> float:
    """How the time to build grows with N rows: N log2 of the rows of a segment for HNSW, otherwise N."""
    return rows * (math.log2(max(rows / segments, 2)) if index == "HNSW" else 1)
