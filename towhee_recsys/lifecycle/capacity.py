"""Machines, memory, build time and latency for a catalogue and a rate of requests, by formulas; see docs/capacity.md.

    for each in plans(Demand(items=100_000_000, rate=10_000)):
        print(each.index, each.machines)

Memory follows from formulas. Times are curves through what was measured up to a million vectors (measured.py), and
estimates beyond.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle.measured import (
    BUILD_FLAT,
    BUILD_HNSW,
    CORES,
    DIM,
    FLAT_SEARCH,
    HNSW_SEARCH,
    SERVICE_RATE,
    TAIL_FLAT,
    TAIL_HNSW,
    n_log_n,
)

M, NLIST, NPROBE = 16, 128, 16
"""The defaults of `milvus.index`."""

LINK = 4
"""Bytes of a link of HNSW."""

GIB, MIB = 2**30, 2**20

ASSUMPTIONS = {
    "memory": "N x dim x 4 bytes (IVF_SQ8: x 1), for HNSW + N x (2M + M/ln M) x 4 bytes of links: Malkov and Yashunin, "
    "'Efficient and robust approximate nearest neighbor search using HNSW graphs', 2018, section 4.2.3",
    "segments": "Milvus searches each segment by itself (dataCoord.segment.maxSize, 1024 MB by default), so that the "
    "work grows with the number of segments, and with log2 of the rows in each",
    "latency": "HNSW: base + slope x log2(rows) for each segment; FLAT: base + slope x rows; IVF: FLAT's slope for the "
    "nprobe/nlist of the rows that it reads, not measured; fitted to docs/performance.json, query-scale; by dim/256",
    "p99": "p50 by the measured ratio of the two, without queueing",
    "build": "HNSW: slope x N log2(rows in a segment), FLAT: slope x N, fitted likewise; by the cores of all machines; "
    "IVF: not measured",
    "rate": "cores x share of them / CPU time of a search; Milvus reports that QPS grows linearly from 8 to 32 cores, "
    "and with 1 to 8 replicas: milvus.io/docs/benchmark.md, Milvus 2.2",
}
"""The formulas, with their sources."""


@dataclass(frozen=True)
class Demand:
    """What is to be served, and by which machines.

    Attributes:
        items: The number of vectors.
        rate: Requests a second at the peak.
        dim: The numbers in each vector.
        users: The users that the model knows, whose rows each process of the service holds.
        memory: GiB of each machine.
        cores: Cores of each machine.
        segment: MB of vectors in a segment of Milvus.
        memory_share: The share of a machine's memory that vectors may take; the rest is for Milvus and the system.
        busy_share: The share of the cores that is busy at the peak; the rest keeps queues short.
    """

    items: int
    rate: float
    dim: int = DIM
    users: int = 0
    memory: float = 64
    cores: int = 16
    segment: float = 1024
    memory_share: float = 0.7
    busy_share: float = 0.5

    def __post_init__(self) -> None:
        for name in ("items", "rate", "dim", "memory", "cores", "segment"):
            if not getattr(self, name) > 0:
                raise QueryError(f"{name} {getattr(self, name)!r} is not acceptable: give a number above 0.")
        if self.users < 0:
            raise QueryError(f"users {self.users!r} is not acceptable: give a number from 0.")


@dataclass(frozen=True)
class Plan:
    """What a type of index takes.

    Attributes:
        index: The type.
        memory_bytes: Of one copy of the vectors with their index.
        segments: Parts that each search goes through.
        build_seconds: Time to index all vectors on the machines of one copy; None where it was not measured.
        p50_ms, p99_ms: Of a search on a machine that is not busy.
        cpu_ms: Time of all cores together that a search takes.
        rate_a_machine: Searches a second of a machine that holds all it searches.
        machines_a_copy: Machines whose memory holds one copy.
        replicas: Copies that the rate takes.
        machines: Query nodes in all.
        service_machines: Machines of the service in front of Milvus.
        service_memory_bytes: The users' rows in each process of the service.
    """

    index: str
    memory_bytes: int
    segments: int
    build_seconds: float | None
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    rate_a_machine: float
    machines_a_copy: int
    replicas: int
    machines: int
    service_machines: int
    service_memory_bytes: int


def plans(demand: Demand) -> list[Plan]:
    """A plan for each type of index."""
    return [plan(name, demand) for name in ("FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8")]


def plan(index: str, demand: Demand) -> Plan:
    """What one type of index takes for a demand."""
    memory = memory_bytes(index, demand.items, demand.dim)
    segments = max(1, math.ceil(demand.items * demand.dim * 4 / (demand.segment * MIB)))
    rows = demand.items / segments
    base, each = search_ms(index, rows, demand.dim)
    copy = math.ceil(memory / (demand.memory * GIB * demand.memory_share))
    p50 = base + each * math.ceil(segments / (copy * demand.cores))
    cpu = base + each * segments
    rate = 1000 * demand.cores * demand.busy_share / cpu
    replicas = max(1, math.ceil(demand.rate / (rate * copy)))
    return Plan(
        index=index,
        memory_bytes=memory,
        segments=segments,
        build_seconds=build_seconds(index, demand.items, rows, demand.dim, copy * demand.cores),
        p50_ms=p50,
        p99_ms=p50 * (TAIL_HNSW if index == "HNSW" else TAIL_FLAT),
        cpu_ms=cpu,
        rate_a_machine=rate,
        machines_a_copy=copy,
        replicas=replicas,
        machines=copy * replicas,
        service_machines=math.ceil(demand.rate / (SERVICE_RATE / CORES * demand.cores * demand.busy_share)),
        service_memory_bytes=demand.users * demand.dim * 4,
    )


def memory_bytes(index: str, items: int, dim: int) -> int:
    """Bytes of the vectors with their index: links for HNSW, one byte a number for IVF_SQ8, centres for both IVF."""
    links = (2 * M + M / math.log(M)) * LINK if index == "HNSW" else 0
    centres = NLIST * dim * 4 if index.startswith("IVF") else 0
    return math.ceil(items * (dim * (1 if index == "IVF_SQ8" else 4) + links) + centres)


def search_ms(index: str, rows: float, dim: int) -> tuple[float, float]:
    """Milliseconds of a search: of the call itself, and of each segment of `rows`."""
    if index == "HNSW":
        return HNSW_SEARCH.base, HNSW_SEARCH.slope * math.log2(max(rows, 2)) * dim / DIM
    read = rows if index == "FLAT" else NLIST + rows * NPROBE / NLIST
    return FLAT_SEARCH.base, FLAT_SEARCH.slope * read * dim / DIM


def build_seconds(index: str, items: int, rows: float, dim: int, cores: int) -> float | None:
    """Seconds to index `items` in segments of `rows` on so many cores; None for IVF, which was not measured."""
    if index.startswith("IVF"):
        return None
    work = BUILD_HNSW * items / rows * n_log_n(rows) if index == "HNSW" else BUILD_FLAT * items
    return work * dim / DIM * CORES / cores
