"""One size and type of index on a Milvus server of its own: the figures of the benchmark `capacity`."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.peers import milvus_server
from benchmarks.query_scale import exact
from benchmarks.synthetic import CHUNK, vectors
from benchmarks.timing import interleaved
from towhee_recsys.config.milvus import IndexType
from towhee_recsys.lifecycle.measured import DIM
from towhee_recsys.stores.vectors import (
    Receipt,
    VectorIndex,
    index_type,
    insert,
    open_index,
    publish,
    start_build,
)
from towhee_recsys.stores.vectors.index_types import creation_settings, search_settings
from towhee_recsys.stores.vectors.widening import Trial, narrowest, widths

if TYPE_CHECKING:
    from tests.servers.milvus import MilvusServer

RECALL, TOP_K, SAMPLE = 0.99, 10, 400

QUERIES, PATIENCE = 1000, 60.0
"""Searches one after the other, and the seconds after which fewer are enough, but at least a tenth.

Also the seconds that a server has to become ready to load an index.
"""

THREADS, SECONDS = 16, 10.0
"""Of the searches at once."""

SETTLED = 5.0
"""Seconds after which the memory of a server is read."""


def measured(name: str, size: int) -> dict[str, Any]:
    """Fills an index on a server of its own, and measures it: the values of a `Row`."""
    with milvus_server() as server:
        index = open_index(server.url, "items", {"timeout": 600})
        how, began = index_type(index.store, settings(name, size)), time.perf_counter()
        build, receipts = fill(index, size, how)
        built = time.perf_counter() - began
        publish(index, receipts)
        widest, recall = wide_enough(index, how, size)
        found = {
            "index": name,
            "vectors": size,
            "settings": creation_settings(how),
            "search": search_settings(widest, TOP_K),
            "segments": len(index.store.milvus.client.list_loaded_segments(build)),
            "build_seconds": round(built, 2),
            "recall": round(recall, 4),
            **times(index, widest),
            **rates(index, widest, server.process_id),
        }
        return {**found, "memory_bytes": memory(index, build, server)}


def settings(name: str, size: int) -> dict[str, Any]:
    """The settings of a type: its defaults, with about as many clusters for IVF as the root of the vectors."""
    clusters = {"nlist": 2 ** round(math.log2(math.sqrt(size))), "nprobe": 1} if name.startswith("IVF") else {}
    return {"type": name, **clusters}


def fill(index: VectorIndex, size: int, how: IndexType) -> tuple[str, list[Receipt]]:
    """Writes this many vectors and waits until all are indexed; the build and its receipts."""
    build = start_build(index, None, DIM, how)
    receipts = [
        insert(index, build, range(first, first + len(chunk)), chunk)
        for first, chunk in zip(count(0, CHUNK), vectors(size), strict=False)
    ]
    index.store.seal(build)
    index.store.wait_until_indexed(build)
    return build, receipts


def wide_enough(index: VectorIndex, how: IndexType, size: int) -> tuple[IndexType, float]:
    """The narrowest search whose recall@10 is RECALL, as `milvus.recall` has it, and that recall.

    The exact search reads the vectors from where they come from: Milvus 2.3 with its data in local files loses the
    vectors of IVF_SQ8 once they were read and the index is loaded again.
    """
    if not search_settings(how, TOP_K):
        return how, 1.0
    queries = next(vectors(SAMPLE, part=1))
    nearest = exact(queries, size)

    def trial(settings: dict[str, int]) -> Trial:
        lists = index.search(queries, TOP_K, how=how.model_copy(update=settings))
        shares = [len({hit.id for hit in hits} & set(row)) / TOP_K for hits, row in zip(lists, nearest, strict=True)]
        return Trial.of(settings, np.array(shares))

    chosen = narrowest(map(trial, widths(how, size)), RECALL)
    return how.model_copy(update=chosen.settings), chosen.recall


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


def memory(index: VectorIndex, build: str, server: MilvusServer) -> int:
    """Bytes by which the memory of a server that was just started grows as it loads the index."""
    client = index.store.milvus.client
    client.release_collection(build)
    server.restart()
    time.sleep(SETTLED)
    before = _resident(server.process_id)
    _load(client, build)
    time.sleep(SETTLED)
    return _resident(server.process_id) - before


def _load(client: Any, build: str) -> None:
    """Has the server load the index. One that was just started may refuse it until it has read its log."""
    from pymilvus import MilvusException

    end = time.monotonic() + PATIENCE
    while True:
        try:
            return client.load_collection(build)
        except MilvusException:
            if time.monotonic() > end:
                raise
            time.sleep(SETTLED)


def _search(index: VectorIndex, how: IndexType) -> Any:
    queries = next(vectors(QUERIES, part=2))
    return lambda run: index.search(queries[run % QUERIES : run % QUERIES + 1], TOP_K, how=how)


def _processor_seconds(process: int) -> float:
    import psutil

    return sum(psutil.Process(process).cpu_times()[:2])


def _resident(process: int) -> int:
    import psutil

    return int(psutil.Process(process).memory_info().rss)
