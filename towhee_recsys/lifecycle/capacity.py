"""Machines, memory, build time and latency for a catalogue and a rate of requests: see docs/explanation/capacity.md.

    for each in plans(Demand(items=100_000_000, rate=10_000)):
        print(each.index, each.machines)

Memory follows from formulas. Times are lines through what was measured (measured.py), and estimates beyond the largest
number of vectors there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle.measured import (
    CORES,
    DIM,
    TYPES,
    Growth,
    Measured,
    build_scale,
    growth,
    read_measured,
    scale,
)

M, LINK = 16, 4
"""Neighbours a row, the default of HNSW, and the bytes of a link."""

GIB, MIB = 2**30, 2**20

FORMULAS = {
    "memory": "N x dim x 4 bytes (IVF_SQ8: x 1), for HNSW + N x (2M + M/ln M) x 4 bytes of links: Malkov and Yashunin, "
    "'Efficient and robust approximate nearest neighbor search using HNSW graphs', 2018, section 4.2.3",
    "segments": "N x dim x 4 bytes / dataCoord.segment.maxSize, 1024 MB by default; Milvus searches each by itself",
    "work of a search": "base + slope x segments x ef x log2(rows in a segment) for HNSW, x rows for FLAT, x nprobe x "
    "root of the rows for IVF with as many clusters; ef and nprobe of the largest index that was measured; CPU time of "
    "the server, fitted; the slope by dim/256",
    "latency": "the same for the segments that one core searches, fitted to p50; p99 is p50 by the measured ratio, "
    "without queueing",
    "build": "HNSW: slope x N log2(rows in a segment), otherwise slope x N, by the largest that was measured; divided "
    "by the cores of the machines of one copy",
    "rate": "cores x share of them / work of a search; Milvus reports that QPS grows linearly from 8 to 32 cores, and "
    "with 1 to 8 replicas: milvus.io/docs/benchmark.md, Milvus 2.2",
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
        build_seconds: Time to index all vectors on the machines of one copy.
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
    build_seconds: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    rate_a_machine: float
    machines_a_copy: int
    replicas: int
    machines: int
    service_machines: int
    service_memory_bytes: int


def plans(demand: Demand, measured: Measured | None = None) -> list[Plan]:
    """A plan for each type of index that was measured with several numbers of vectors: by this package, or as given."""
    measured = measured or read_measured()
    found = {index: growth(measured.of(index)) for index in TYPES}
    return [plan(index, demand, each, measured.service_rate) for index, each in found.items() if each]


def plan(index: str, demand: Demand, growth: Growth, service_rate: float) -> Plan:
    """What one type of index takes for a demand, where it grows so, and the service on `CORES` cores has that rate."""
    segments = max(1, math.ceil(demand.items * demand.dim * 4 / (demand.segment * MIB)))
    memory = memory_bytes(index, demand.items, demand.dim, segments)
    copy = math.ceil(memory / (demand.memory * GIB * demand.memory_share))
    cores, one = copy * demand.cores, scale(index, demand.items / segments, growth.search) * demand.dim / DIM
    p50, work = growth.p50(math.ceil(segments / cores) * one), growth.work(segments * one)
    rate = 1000 * demand.cores * demand.busy_share / work
    replicas = max(1, math.ceil(demand.rate / (rate * copy)))
    build = growth.build * build_scale(index, demand.items, segments) * demand.dim / DIM
    return Plan(
        index=index,
        memory_bytes=memory,
        segments=segments,
        build_seconds=build * CORES / cores,
        p50_ms=p50,
        p99_ms=p50 * growth.tail,
        cpu_ms=work,
        rate_a_machine=rate,
        machines_a_copy=copy,
        replicas=replicas,
        machines=copy * replicas,
        service_machines=math.ceil(demand.rate / (service_rate / CORES * demand.cores * demand.busy_share)),
        service_memory_bytes=demand.users * demand.dim * 4,
    )


def memory_bytes(index: str, items: int, dim: int, segments: int = 1) -> int:
    """Bytes of the vectors with their index: links for HNSW, one byte a number for IVF_SQ8, centres for both IVF."""
    links = (2 * M + M / math.log(M)) * LINK if index == "HNSW" else 0
    centres = segments * math.sqrt(items / segments) * dim * 4 if index.startswith("IVF") else 0
    return math.ceil(items * (dim * (1 if index == "IVF_SQ8" else 4) + links) + centres)
