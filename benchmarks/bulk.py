"""Bulk answers, `recommend_all`: many users to ten items each, by exact scores, without the items that they have seen.

Compared with exact search alone, for the same vectors, by faiss' `IndexFlatIP` on all cores. On MovieLens one row is
all that a process does for a block of users once it has loaded the model and the items: encode them, read feedback and
history, score, and leave seen items out; the other is the scores alone, for the same vectors, with nothing left out.
Catalogues of other sizes are synthetic vectors in clusters (see `vectors` in synthetic.py), where the scores alone are
measured. The last rows are one run from its start to its file: users of the dataset, drawn with repetition, on two
processes. Memory is the peak resident memory of the process that writes, and of the largest of the
workers, whose pages of the vectors are counted in each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import numpy as np

from benchmarks.alone import alone, peak_memory
from benchmarks.batch import faiss_index
from benchmarks.case import Case, command
from benchmarks.peers import must_be_installed
from benchmarks.rows import Limit, Row, compared
from benchmarks.synthetic import vectors
from benchmarks.timing import interleaved
from towhee_recsys import load_bundle, load_config, recommend_all
from towhee_recsys.bulk.items import Items
from towhee_recsys.bulk.recommend import Run
from towhee_recsys.bulk.scoring import Answers, Scorer
from towhee_recsys.bundle import UserEncoder
from towhee_recsys.config import Config
from towhee_recsys.engines import open_engine
from towhee_recsys.model.embeddings import Embeddings, normalize
from towhee_recsys.requests import Request

PACKAGES = ("numpy", "faiss-cpu", "pyarrow", "milvus-lite", "pymilvus")

TOP_K, USERS, WORKERS = 10, 1024, 2

SIZES, QUICK = (100_000, 1_000_000), (1_000, 10_000)

MANY, FEW = 1_000_000, 10_000
"""Users of one run."""

FAISS = "faiss IndexFlatIP, the search alone"

WHAT_BOUNDS = {
    "all known users, in blocks": """The seen items. A user of MovieLens has 160 of them: to read them from SQLite, to
        make Python's numbers of their JSON and to find their columns takes as long as the scores, and in one thread;
        several processes (`--workers`) share it.""",
}


def check() -> None:
    """Raises EvaluationError if faiss or psutil is not installed."""
    must_be_installed("faiss", "psutil")


def measure(case: Case) -> list[Row]:
    """Users per second beside faiss by the number of items, and time and memory of one long run."""
    config = case.indexed()
    sizes = QUICK if case.quick else [size for size in SIZES if size <= case.largest]
    long_run = _long_run(config, FEW if case.quick else MANY)  # while this process does not have the index open
    rows = [*_on_the_dataset(config, case.runs(20)), *(_synthetic(size, case.quick) for size in sizes)]
    return [*rows, *long_run]


def _on_the_dataset(config: Config, runs: int) -> list[Row]:
    run = Run(config, "all", {"top_k": TOP_K})
    index, bundle = faiss_index(config), load_bundle(config.model.dir)
    blocks = list(run.blocks())
    users = normalize(UserEncoder(bundle)([user for block in blocks for user in block.users]))
    with TemporaryDirectory() as folder, open_engine("local") as engine:
        answer = run.function(engine, Path(folder))
        calls = {
            "blocks": lambda _: [answer(block) for block in blocks],
            "scores": scores_alone(replace(answer, request=Request(TOP_K)).items(), users),
            "faiss": lambda _: index.search(users.search, TOP_K),
        }
        seconds = interleaved(calls, runs)
    return [
        _row("all known users, in blocks", seconds["blocks"], seconds["faiss"], len(users)),
        _row("all known users, the scores alone", seconds["scores"], seconds["faiss"], len(users)),
    ]


def scores_alone(items: Items, users: Embeddings) -> Callable[[int], Answers]:
    """A call that recommends the items of the highest scores to the users, with nothing left out."""
    scorer, known = Scorer(items, {}, Request(TOP_K)), np.ones(len(users), dtype=bool)
    nothing = np.zeros(0, dtype=np.int64), items.ids[:0]
    return lambda _: scorer(users, known, nothing)


def _row(work: str, ours: np.ndarray, theirs: np.ndarray, users: int) -> Row:
    seconds = {"ours": ours, "theirs": theirs}
    return compared(work, seconds, FAISS, Limit("≥", 0.6), unit="users/s", convert=lambda each: users / each)


def _synthetic(size: int, quick: bool) -> Row:
    ours, theirs = alone(scored, size, 128 if quick else USERS, 3)
    return _row(f"{size:,} items, the scores alone", np.array(ours), np.array(theirs), 128 if quick else USERS)


def scored(size: int, users: int, runs: int) -> tuple[list[float], list[float]]:
    """Seconds of ours and of faiss for so many users of a catalogue of `size` synthetic items."""
    import faiss

    items = np.concatenate(list(vectors(size)))
    queries = np.concatenate(list(vectors(users, part=1)))
    index = faiss.IndexFlatIP(items.shape[1])
    index.add(items)
    calls = {
        "ours": scores_alone(Items(np.arange(size), items), Embeddings(queries)),
        "theirs": lambda _: index.search(queries, TOP_K),
    }
    seconds = interleaved(calls, runs, warm_up=1)
    return seconds["ours"].tolist(), seconds["theirs"].tolist()


def _long_run(config: Config, users: int) -> list[Row]:
    found = alone(answered, command("recommend", config)[-1], users)
    work = f"a run for {users:,} users, {WORKERS} processes"
    return [
        Row(f"{work}: time", "s", found["seconds"]),
        Row(f"{work}: users", "users/s", users / found["seconds"]),
        Row(f"{work}: memory of the writing process", "MB", found["memory"] / 2**20),
        Row(f"{work}: memory of a worker", "MB", found["worker"] / 2**20),
    ]


def answered(config_file: str, count: int) -> dict[str, Any]:
    """Answers so many users of the dataset, drawn with repetition: seconds, and bytes of memory."""
    import pandas as pd

    config = load_config(config_file)
    ids = np.array(load_bundle(config.model.dir).known_ids("user")).astype(np.int64)
    with TemporaryDirectory() as folder:
        users = Path(folder, "users.parquet")
        drawn = np.random.default_rng(0).choice(ids, count)
        pd.DataFrame({config.dataset.users.id: drawn}).to_parquet(users)
        began = time.perf_counter()
        with largest_worker() as sizes:
            found = recommend_all(config, users, Path(folder, "answers.parquet"), top_k=TOP_K, workers=WORKERS)
        seconds = time.perf_counter() - began
    assert found.users == count
    return {"seconds": seconds, "memory": peak_memory(), "worker": max(sizes)}


@contextmanager
def largest_worker() -> Iterator[list[int]]:
    """Within the block, the resident memory in bytes of the largest Python process below this one, twice a second."""
    import psutil

    sizes, ended = [0], Event()

    def watch() -> None:
        while not ended.wait(0.5):
            for child in psutil.Process().children(recursive=True):
                try:
                    if "spawn_main" in " ".join(child.cmdline()):
                        sizes.append(child.memory_info().rss)
                except psutil.Error:  # it has ended
                    continue

    thread = Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        ended.set()
        thread.join()
