"""Searches on a Milvus server by the number of vectors, for docs/capacity.md and `towhee-recsys plan`.

python -m benchmarks capacity [--sizes N ...] [--index TYPE ...] [--json FILE] [--page]

For each size and type of index a server is started, and the library writes the vectors, waits until they are indexed,
and publishes them with `milvus.recall` 0.99, so that all types are searched as wide as that takes. Then one search
after the other is timed, then as many as 16 threads send in 10 seconds; at last the server is started again, and its
memory is read before and after it loads the index.

The figures replace earlier ones of the same size and type in the JSON, after each: a run that was killed is continued
with those that it lacks. Then docs/capacity.md is written from all of them. Without --sizes 4,000 to 1,000,000 vectors
are measured, which takes more than an hour on two cores; --page measures nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.alone import alone
from benchmarks.capacity_page import page
from benchmarks.peers import milvus_server, must_be_installed, must_have_milvus_server
from benchmarks.rows import circumstances
from benchmarks.synthetic import CHUNK, vectors
from benchmarks.timing import interleaved
from towhee_recsys.config.milvus import IndexType
from towhee_recsys.lifecycle.measured import DIM, FILE, SCALES, Row, read_measured
from towhee_recsys.stores.vectors import (
    RecallTarget,
    VectorIndex,
    index_type,
    insert,
    open_index,
    publish,
    start_build,
)
from towhee_recsys.stores.vectors.index_types import at_least, creation_settings, search_settings
from towhee_recsys.support.files import write_file

PACKAGES = ("pymilvus", "numpy")

SIZES = (4_000, 20_000, 100_000, 1_000_000)

RECALL, TOP_K, SAMPLE = 0.99, 10, 400

QUERIES, PATIENCE = 1000, 60.0
"""Searches one after the other, and the seconds after which fewer are enough, but at least a tenth."""

THREADS, SECONDS = 16, 10.0
"""Of the searches at once."""

SETTLED = 5.0
"""Seconds after which the memory of a server is read."""

PERFORMANCE, SERVICE = Path("docs/performance.json"), ("serving-server", "capacity")
"""Where the rate of the service is measured."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures what is asked for, and writes the JSON and the page."""
    given = _parser().parse_args(arguments)
    if not given.page:
        must_have_milvus_server()
        must_be_installed("psutil")
        for size in given.sizes:
            for index in given.index:
                print(f"{index}, {size:,} vectors ...", file=sys.stderr, flush=True)
                row = Row(**alone(measured, index, size))
                print(f"    {row}", file=sys.stderr, flush=True)
                _write(given.json, row)
    _write(given.json)
    place = Path("docs") if given.json == FILE else given.json.parent
    (place / "capacity.md").write_text(page(read_measured(given.json)), encoding="utf-8")
    print(f"{given.json} and {place / 'capacity.md'} are written", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks capacity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="numbers of vectors")
    parser.add_argument("--index", nargs="+", default=tuple(SCALES), choices=tuple(SCALES), help="types of index")
    parser.add_argument("--json", type=Path, default=FILE, metavar="FILE", help="of the package by default; else the "
                        "page goes to the folder of FILE")  # fmt: skip
    parser.add_argument("--page", action="store_true", help="only write the page")
    return parser


def measured(name: str, size: int) -> dict[str, Any]:
    """Fills an index on a server of its own, and measures it: the values of a `Row`."""
    with milvus_server() as server:
        index = open_index(server.url, "items", {"timeout": 600})
        how, began = index_type(index.store, settings(name, size)), time.perf_counter()
        build, receipts = fill(index, size, how)
        built = time.perf_counter() - began
        queries = next(vectors(SAMPLE, part=1))
        record = publish(index, receipts, recall=RecallTarget(RECALL, how, queries) if name != "FLAT" else None)
        widest = at_least(how, record.search)
        found = {
            "index": name,
            "vectors": size,
            "settings": creation_settings(how),
            "search": search_settings(widest, TOP_K),
            "segments": len(index.store.milvus.client.list_loaded_segments(build)),
            "build_seconds": round(built, 2),
            "recall": 1.0 if record.recall is None else round(record.recall, 4),
            **times(index, widest),
            **rates(index, widest, server.process_id),
        }
        return {**found, "memory_bytes": memory(index, build, server)}


def settings(name: str, size: int) -> dict[str, Any]:
    """The settings of a type: its defaults, with about as many clusters for IVF as the root of the vectors."""
    clusters = {"nlist": 2 ** round(math.log2(math.sqrt(size))), "nprobe": 1} if name.startswith("IVF") else {}
    return {"type": name, **clusters}


def fill(index: VectorIndex, size: int, how: IndexType) -> tuple[str, list[Any]]:
    """Writes this many vectors and waits until all are indexed; the build and its receipts."""
    build = start_build(index, None, DIM, how)
    receipts = [
        insert(index, build, range(first, first + len(chunk)), chunk)
        for first, chunk in zip(count(0, CHUNK), vectors(size), strict=False)
    ]
    index.store.seal(build)
    index.store.wait_until_indexed(build)
    return build, receipts


def times(index: VectorIndex, how: IndexType) -> dict[str, float]:
    """The percentiles of one search after the other, in milliseconds."""
    search = _search(index, how)
    trial = interleaved({"search": search}, 5)["search"].mean()
    runs = min(QUERIES, max(QUERIES // 10, int(PATIENCE / trial)))
    seconds = interleaved({"search": search}, runs)["search"]
    return {f"p{percent}_ms": round(1000 * float(np.percentile(seconds, percent)), 3) for percent in (50, 99)}


def rates(index: VectorIndex, how: IndexType, process: int) -> dict[str, float]:
    """Searches a second of many threads, and the server's processor time for each, in milliseconds."""
    search, before = _search(index, how), _processor_seconds(process)
    began = time.perf_counter()

    def run(thread: int) -> int:
        for done in count(1):
            search(thread * QUERIES // THREADS + done)
            if time.perf_counter() - began > SECONDS:
                return done
        raise AssertionError

    with ThreadPoolExecutor(THREADS) as pool:
        done = sum(pool.map(run, range(THREADS)))
    seconds = time.perf_counter() - began
    busy = _processor_seconds(process) - before
    return {"rate": round(done / seconds, 1), "cpu_ms": round(1000 * busy / done, 3)}


def memory(index: VectorIndex, build: str, server: Any) -> int:
    """Bytes by which the memory of a server that was just started grows as it loads the index."""
    client = index.store.milvus.client
    client.release_collection(build)
    server.restart()
    time.sleep(SETTLED)
    before = _resident(server.process_id)
    client.load_collection(build)
    time.sleep(SETTLED)
    return _resident(server.process_id) - before


def _search(index: VectorIndex, how: IndexType) -> Any:
    queries = next(vectors(QUERIES, part=2))
    return lambda run: index.search(queries[run % QUERIES : run % QUERIES + 1], TOP_K, how=how)


def _processor_seconds(process: int) -> float:
    import psutil

    return sum(psutil.Process(process).cpu_times()[:2])


def _resident(process: int) -> int:
    import psutil

    return int(psutil.Process(process).memory_info().rss)


def _write(file: Path, row: Row | None = None) -> None:
    """Writes the JSON with a row in place of the earlier one, and with the rate of the service as it is known now."""
    there = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"run": {}, "rows": []}
    rows = {(each["index"], each["vectors"]): each for each in there["rows"]}
    if row:
        there["run"], rows[row.index, row.vectors] = circumstances(PACKAGES), vars(row)
    types = list(SCALES)
    ordered = [rows[key] for key in sorted(rows, key=lambda key: (types.index(key[0]), key[1]))]
        rows[index, size] for index in SCALES for size in sorted({size for _, size in rows}) if (index, size) in rows
    ]
    document = {"run": there["run"], "service_rate": service_rate(), "rows": ordered}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, (json.dumps(document, indent=1) + "\n").encode())


def service_rate() -> float:
    """Requests a second of the service with a Milvus server and Redis on two cores: `serving-server`."""
    name, work = SERVICE
    rows: list[Mapping[str, Any]] = json.loads(PERFORMANCE.read_text(encoding="utf-8"))[name]["rows"]
    return round(next(row["ours"] for row in rows if row["work"].endswith(work)), 1)
