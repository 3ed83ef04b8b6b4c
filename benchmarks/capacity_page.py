"""The page docs/explanation/capacity.md; every number on it comes from what was measured, and from the formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from towhee_recsys.lifecycle.capacity import GIB, Demand, Plan, memory_bytes, plans
from towhee_recsys.lifecycle.measured import CORES, DIM, TYPES, Growth, Line, Measured, Row, growth, scale_of

HEAD = """\
# Capacity

How memory, build time, latency and machines grow with the number of items. `towhee-recsys plan --items N --rate R`
computes the same for any size; `--json` gives it to a program. Beyond the largest size that was measured, all of it is
an estimate by the formulas below: measure with your own data before you buy. `python -m benchmarks capacity` measures
and writes this page.
"""

MEASURED = """\
## Measured

On {cores} cores of {processor}, {date}, up to {largest:,} vectors: a Milvus server, vectors of {dim} numbers in
clusters, searches for the ten nearest as wide as `milvus.recall: 0.99` has them. Ready is the time until the last
vector is written and indexed; memory, by how much the server grows as it loads the index, of which some tens of MB are
not vectors. Searches a second are those of 16 threads, whose program has its part of the same cores; the work is the
server's alone, for each of these searches.
"""

FORMULAS = """\
## Formulas

Memory:

| | formula | from |
|---|---|---|
| FLAT and IVF_FLAT | `N × dim × 4` bytes, and for IVF `dim × 4` a cluster | float32 |
| IVF_SQ8 | `N × dim` bytes, and `dim × 4` a cluster | one byte a number |
| HNSW | `N × (dim × 4 + (2M + M / ln M) × 4)` bytes | Malkov and Yashunin, section 4.2.3, [arXiv:1603.09320][hnsw] |
| segments | `N × dim × 4 / dataCoord.segment.maxSize`, 1,024 MB by default | Milvus searches each by itself |
| users' rows in each process of the service | `U × dim × 4` bytes | float32 |

[hnsw]: https://arxiv.org/abs/1603.09320

Times are lines through what was measured, in milliseconds, with `n` rows in each of `s` segments, and `c` cores; the
error is the largest share by which a line is off. Slopes grow with `dim`, too.
"""

AFTER = """\
HNSW's growth with the logarithm is that of the paper above; IVF, with as many clusters as the root of the rows, reads
about as many rows times `nprobe`. Larger indexes are taken to need the `ef` and the `nprobe` of the largest one above,
which other data may not. p99 is p50 by the measured ratio, without queues. Half of the cores are busy at the peak, and
searches a second are these cores by the work of a search: Milvus reports that the rate grows linearly from 8 to 32
cores and with 1 to 8 replicas ([benchmark of 2.2](https://milvus.io/docs/benchmark.md)). The service takes
`requests/s / {service:.0f}` cores, half of which are busy, too: [performance.md](performance.md), with Milvus and Redis.

A machine gives 70% of its memory to vectors: the rest is for Milvus and the system. As a comparison, the calculator of
[Alibaba's Milvus][alibaba] has 31.2 GB for 8 million vectors of 768 numbers with HNSW, M 4, which are 22.9 GB without
links: 1.36 times as much.

**Where the estimate is weak.** A work that hardly grows with the rows is below the noise of the measurement. A wider
search, which other data may need for the same recall, takes longer. Build times are divided by all cores, which one
writer does not use. Disk, etcd, object storage and the message queue are not counted.

[alibaba]: https://www.alibabacloud.com/help/en/milvus/user-guide/milvus-resource-estimation-and-configuration-recommendations
"""  # noqa: E501

SIZES = (
    Demand(1_000_000, 100),
    Demand(10_000_000, 1_000),
    Demand(100_000_000, 10_000),
    Demand(100_000_000, 10_000, segment=16_384),
    Demand(1_000_000_000, 10_000, segment=16_384, memory=256, cores=64),
)

BILL = SIZES[3]


def page(measured: Measured) -> str:
    """The page for what was measured."""
    run = {
        "cores": CORES,
        "processor": "a machine",
        "date": "not dated",
        **measured.run,
        "dim": DIM,
        "largest": measured.largest,
    }
    parts = [
        HEAD,
        MEASURED.format(**run),
        *_table(_MEASURED, map(_measured, measured.rows)),
        "",
        FORMULAS,
        *_table(_FITTED, [_fitted(index, found, measured.of(index)) for index, found in _growths(measured).items()]),
        "",
        AFTER.format(service=measured.service_rate / CORES),
        *_estimates(measured),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _growths(measured: Measured) -> Mapping[str, Growth]:
    found = {index: growth(measured.of(index)) for index in TYPES}
    return {index: each for index, each in found.items() if each}


_MEASURED = ["vectors", "index", "search", "recall@10", "segments", "memory", "by formula", "ready"]
_MEASURED += ["p50", "p99", "searches/s", "work"]


def _measured(row: Row) -> list[str]:
    named = {**row.settings, **row.search}
    formula = memory_bytes(row.index, row.vectors, DIM, row.segments)
    return [
        *(f"{row.vectors:,}", row.index, ", ".join(f"`{name}` {value}" for name, value in named.items())),
        *(f"{row.recall:.3f}", str(row.segments), _size(row.memory_bytes), _size(formula), _time(row.build_seconds)),
        *(f"{row.p50_ms:.1f} ms", f"{row.p99_ms:.1f} ms", f"{row.rate:,.0f}", f"{row.cpu_ms:.2f} ms"),
    ]


_FITTED = ["index", "work of a search", "error", "p50", "error", "p99", "build, s"]


def _fitted(index: str, found: Growth, rows: Sequence[Row]) -> list[str]:
    scale = {"HNSW": "ef × log2 n", "FLAT": "n"}.get(index, "nprobe × √n")
    scales = [scale_of(row) for row in rows]
    work = [found.work(row.segments * each) / row.cpu_ms for row, each in zip(rows, scales, strict=True)]
    p50 = [found.p50(-(-row.segments // CORES) * each) / row.p50_ms for row, each in zip(rows, scales, strict=True)]
    growing = "N × log2 n" if index == "HNSW" else "N"
    return [
        *(index, _line(found.work, f"s × {scale}"), _error(work), _line(found.p50, f"⌈s / c⌉ × {scale}"), _error(p50)),
        *(f"{found.tail:.1f} × p50", f"`{found.build * CORES:.3g} × {growing} / c`"),
    ]


def _line(line: Line, x: str) -> str:
    return f"`{line.base:.3g} + {line.slope:.3g} × {x}`"


def _error(ratios: Sequence[float]) -> str:
    return f"{100 * max(abs(ratio - 1) for ratio in ratios):.0f}%"


def _estimates(measured: Measured) -> Iterator[str]:
    found = {demand: {each.index: each for each in plans(demand, measured)} for demand in SIZES}
    if "HNSW" not in found[BILL]:
        return
    yield "## From one million to a billion\n"
    yield "HNSW, vectors of 256 numbers:\n"
    yield from _table(_ESTIMATES, [_estimate(demand, each["HNSW"]) for demand, each in found.items()])
    yield f"\n## The bill for {BILL.items // 10**6} million items and {BILL.rate:,} requests a second\n"
    yield f"`towhee-recsys plan --items {BILL.items} --rate {BILL.rate} --segment {BILL.segment}`\n"
    yield from _bill(found[BILL], found[SIZES[2]]["HNSW"])


_ESTIMATES = ["vectors", "rate", "machines of", "segments of", "memory", "build", "p50, p99", "machines for Milvus"]


def _estimate(demand: Demand, plan: Plan) -> list[str]:
    copies = f": {plan.replicas} × {plan.machines_a_copy}" if plan.machines > 1 else ""
    return [
        *(f"{demand.items // 10**6:,} million", f"{demand.rate:,}/s"),
        *(f"{demand.cores} cores, {demand.memory:g} GiB", f"{demand.segment // 1024:g} GB", _size(plan.memory_bytes)),
        *(_time(plan.build_seconds), f"{plan.p50_ms:.1f} ms, {plan.p99_ms:.1f} ms", f"{plan.machines:,}{copies}"),
    ]


def _bill(found: Mapping[str, Plan], unmerged: Plan) -> Iterator[str]:
    plan, share = found["HNSW"], BILL.memory * BILL.memory_share
    items, row = BILL.items // 10**6, plan.memory_bytes / BILL.items
    rate, copies = f"{plan.rate_a_machine:,.0f}", f"{plan.replicas} copies, {plan.machines} machines"
    yield f"- Memory: {items} million × {row:,.0f} bytes = {_size(plan.memory_bytes)}. A machine of {BILL.memory:g} GiB"
    yield f"  holds {share:.1f} of them: **{plan.machines_a_copy} machines a copy**."
    yield f"- Segments: with 1 GB each, a search goes through {unmerged.segments}, and takes {unmerged.cpu_ms:.1f} ms"
    yield f"  of the cores' time; with {BILL.segment // 1024:g} GB through {plan.segments}, and {plan.cpu_ms:.1f} ms."
    yield "  So set `dataCoord.segment.maxSize`, on machines whose memory can build one."
    yield f"- Work: {BILL.busy_share:.0%} of {BILL.cores} cores give {rate} searches a second to a machine:"
    yield f"  {BILL.rate:,} / ({plan.machines_a_copy} × {rate}) = **{copies}**."
    yield f"- The service: **{plan.service_machines} machines** of {BILL.cores} cores."
    others = [f"{other.index} would take {other.machines:,}" for other in found.values() if other is not plan]
    if others:
        yield f"- {', '.join(others)} machines for Milvus."


def _table(columns: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _size(count: float) -> str:
    if count >= 1024 * GIB:
        return f"{count / 1024 / GIB:.1f} TiB"
    return f"{count / GIB:.1f} GiB" if count >= GIB else f"{count / 2**20:.0f} MiB"


def _time(seconds: float) -> str:
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.0f} min" if seconds >= 600 else f"{seconds:,.0f} s"
