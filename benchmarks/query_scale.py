"""One search in catalogues of several sizes: a Milvus Lite file, which compares every vector, and a server with HNSW.

The vectors are synthetic, in clusters: see `vectors` in synthetic.py; queries are other vectors of the same clusters.
The search is the library's, `VectorIndex.search`, in turns with `MilvusClient.search` for the same query. Recall@10 is
the share of the ten nearest vectors, by an exact search in NumPy, that it finds. HNSW has the defaults of
`milvus.index`: M 16, efConstruction 200 and ef 64. An index is ready once the last vector is in the graph and all
checks have passed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.alone import alone
from benchmarks.case import Case
from benchmarks.peers import milvus_server, must_have_milvus_server
from benchmarks.quality_kept import Kept
from benchmarks.rows import Limit, Row, compared
from benchmarks.synthetic import CHUNK, vectors
from benchmarks.timing import interleaved
from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors import VectorIndex, index_type, insert, open_index, publish, start_build
from towhee_recsys.stores.vectors.index_types import search_settings

PACKAGES = ("milvus-lite", "pymilvus", "numpy")

SIZES, QUICK = (4_000, 100_000, 1_000_000), (1_000, 10_000)

INDEXES = {
    "Milvus Lite, FLAT": {"type": "FLAT"},
    "Milvus server, HNSW": {"type": "HNSW", "M": 16, "efConstruction": 200, "ef": 64},
}

TOP_K, QUERIES = 10, 1000

PATIENCE = 60.0
"""Seconds of searching after which fewer queries are enough, but at least a tenth."""

WHAT_BOUNDS = {
    "Milvus server, HNSW, 1,000,000 vectors: recall@10": """`ef`, the number of candidates of a search: with the default
        of 64, recall falls slightly as the catalogue grows. `milvus.index` can set more.""",
}


def check() -> None:
    """Raises EvaluationError if there is no Milvus server."""
    must_have_milvus_server()


def measure(case: Case) -> list[Row]:
    """Recall and time by size. Figures of finished sizes are stored, so that a killed run can be resumed."""
    sizes = QUICK if case.quick else [size for size in SIZES if size <= case.largest]
    kept = Kept(case.work / "query-scale" / "figures.json")
    for size in sizes:
        for name, index in INDEXES.items():
            kept(f"{name}, {size}", [index, case.quick], partial(alone, searched, name, size, case.runs(QUERIES)))
    found = {name: {size: kept.steps[f"{name}, {size}"] for size in sizes} for name in INDEXES}
    (case.work / "query-scale" / "figures.json").unlink()
    rows = [row for name, by_size in found.items() for size, each in by_size.items() for row in _rows(name, size, each)]
    return [*rows, _growth(found)]


def searched(name: str, size: int, queries: int) -> dict[str, Any]:
    """Fills an index and searches it: seconds of building and of each search, and the recall."""
    with opened(name) as index:
        how, began = index_type(index.store, INDEXES[name]), time.perf_counter()
        fill(index, size, how)
        built = time.perf_counter() - began
        searched = next(vectors(queries, part=1))
        found: dict[int, set[int]] = {}

        def ours(run: int) -> None:
            (hits,) = index.search(searched[run : run + 1], TOP_K, how=how)
            found[run] = {hit.id for hit in hits}

        calls = {"ours": ours, "theirs": bare_search(index, searched, how)}
        trial = sum(each.sum() for each in interleaved(calls, 5).values()) / 5
        runs = min(queries, max(queries // 10, int(PATIENCE / trial)))
        seconds = interleaved(calls, runs)
        nearest = exact(searched[:runs], size)
        recall = np.mean([len(found[run] & set(nearest[run].tolist())) / TOP_K for run in range(runs)])
    return {"built": built, "recall": float(recall), **{whose: each.tolist() for whose, each in seconds.items()}}


@contextmanager
def opened(name: str) -> Iterator[VectorIndex]:
    """An empty index; if on a server, one that is started for it."""
    if "server" in name:
        with milvus_server() as server:
            yield open_index(server.url, "movies", {"timeout": 600})
    else:
        with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield open_index(f"{folder}/movies.db", "movies")


def fill(index: VectorIndex, size: int, how: IndexType) -> None:
    """Writes this many vectors, waits until all are indexed, and publishes them."""
    build = start_build(index, None, 256, how)
    receipts = [
        insert(index, build, range(first, first + len(chunk)), chunk)
        for first, chunk in zip(count(0, CHUNK), vectors(size), strict=False)
    ]
    index.store.seal(build)
    index.store.wait_until_indexed(build)
    publish(index, receipts)


def bare_search(index: VectorIndex, queries: np.ndarray, how: IndexType) -> Callable[[int], Any]:
    """A function that calls `MilvusClient.search` for a query by number."""
    client, build = index.store.milvus.client, index.live().build
    params = {"metric_type": "IP", "params": search_settings(how, TOP_K)}
    wanted = {"anns_field": "vector", "limit": TOP_K, "output_fields": ["id"], "search_params": params}
    return lambda run: client.search(build, data=queries[run : run + 1], **wanted)


def exact(queries: np.ndarray, size: int) -> np.ndarray:
    """The rows of the ten vectors with the highest inner product with each query: int64[n, 10], unordered."""
    scores = np.full((len(queries), TOP_K), -np.inf, dtype=np.float32)
    places = np.full(scores.shape, -1)
    for first, chunk in zip(count(0, CHUNK), vectors(size), strict=False):
        scores = np.concatenate([scores, queries @ chunk.T], axis=1)
        here = np.broadcast_to(np.arange(first, first + len(chunk)), (len(queries), len(chunk)))
        places = np.concatenate([places, here], axis=1)
        best = np.argpartition(-scores, TOP_K, axis=1)[:, :TOP_K]
        scores, places = np.take_along_axis(scores, best, axis=1), np.take_along_axis(places, best, axis=1)
    return places


def _rows(name: str, size: int, found: dict[str, Any]) -> Iterator[Row]:
    work, seconds = f"{name}, {size:,} vectors", {whose: np.array(found[whose]) for whose in ("ours", "theirs")}
    yield Row(f"{work}: recall@10", "", found["recall"], "exact search", 1.0, Limit("≥", 0.99, "ours"))
    yield compared(f"{work}: p50", seconds, "MilvusClient.search alone")
    yield compared(f"{work}: p99", seconds, "MilvusClient.search alone", percentile=99)
    yield Row(f"{work}: filled and ready", "s", found["built"])


def _growth(found: dict[str, dict[int, dict[str, Any]]]) -> Row:
    """The growth of the server's median from the smallest to the largest size, with the curves of both."""
    medians, slowest = (
        {
            name: [(size, 1e3 * float(np.percentile(each["ours"], percent))) for size, each in sizes.items()]
            for name, sizes in found.items()
        }
        for percent in (50, 99)
    )
    (few, low), *_, (most, high) = medians["Milvus server, HNSW"]
    lines = {f"{name}, p50": points for name, points in medians.items()}
    lines |= {f"{name}, p99": points for name, points in slowest.items()}
    curve = {"curve": {"x": "vectors", "y": "ms a search", "lines": lines}}
    work = f"p50 on the server, {most:,} vectors"
    return Row(work, "ms", high, f"{few:,} vectors", low, Limit("≤", 3), detail=curve)
