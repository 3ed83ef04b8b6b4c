"""1,000 users in one list, half of them known by id, to ten items each with titles; Milvus Lite and SQLite, warm.

Compared with exact search alone, for the same vectors, by faiss' `IndexFlatIP` on all cores; with our own pipeline
called with one user at a time, by `.batch()`; and with Milvus' own search for the 1,000, which is the upper limit.
The process calls `gc.freeze()` first, as a long-running service does once its pipelines are built; one row is without.
"""

from __future__ import annotations

import gc
from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.peers import must_be_installed
from benchmarks.rows import Limit, Row, compared
from benchmarks.timing import interleaved
from benchmarks.workload import Workload, workload
from towhee_recsys import load_bundle
from towhee_recsys.bundle.towers import item_vectors
from towhee_recsys.config import Config

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "faiss-cpu")

USERS = 1000

WHAT_BOUNDS = {
    "1,000 users in one list": """The search itself, as the row below with Milvus' part shows: most of
        `MilvusClient.search` is waiting for the service of Milvus Lite, which takes several times as long as faiss for
        the same inner products, and most of the rest is pymilvus converting the response to Python objects.""",
    "1,000 users in one list, not row by row": """Milvus again: a search for one user takes only a few times as long as
        each user's share of a search for 1,000. The closer a single request comes to its search, the closer the ratio
        comes to this factor.""",
    "1,000 users in one list, without gc.freeze()": """Python's garbage collector. So many new records make it search
        everything that the process has loaded; after `gc.freeze()` it searches only what was made since.""",
}


def check() -> None:
    """Raises EvaluationError if faiss is not installed."""
    must_be_installed("faiss")


def measure(case: Case) -> list[Row]:
    """One row for each comparison, in users per second."""
    config = case.indexed()
    given = workload(config, USERS)
    index = faiss_index(config)
    ours, one_by_one = given.recommend(given.users).get()[0], given.recommend.batch(given.users)
    assert [items.get()[0] for items in one_by_one] == ours
    faiss = ("faiss IndexFlatIP, the search alone", lambda _: index.search(given.vectors, config.top_k))
    row_by_row = ("our own .batch()", lambda _: given.recommend.batch(given.users))
    milvus = ("MilvusClient.search alone", lambda _: given.search(given.vectors))
    without = _row("1,000 users in one list, without gc.freeze()", given, *faiss, None, case.runs(50))
    gc.collect()
    gc.freeze()
    return [
        _row("1,000 users in one list", given, *faiss, Limit("≥", 0.6), case.runs(50)),
        _row("1,000 users in one list, not row by row", given, *row_by_row, Limit("≥", 10), case.runs(25)),
        _row("1,000 users in one list, Milvus' part", given, *milvus, None, case.runs(50)),
        without,
    ]


def _row(work: str, given: Workload, name: str, theirs: Any, limit: Limit | None, runs: int) -> Row:
    calls = {"ours": lambda _: given.recommend(given.users).get(), "theirs": theirs}
    seconds = interleaved(calls, runs)
    return compared(work, seconds, name, limit, unit="users/s", convert=lambda each: USERS / each)


def faiss_index(config: Config) -> Any:
    """The exact index of the model's item vectors."""
    import faiss

    _, vectors = item_vectors(load_bundle(config.model.dir))
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors))
    return index
