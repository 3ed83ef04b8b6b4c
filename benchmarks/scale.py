"""Indexing synthetic items with the index pipeline and a Milvus Lite file: how time and memory grow with the catalogue.

The items have words, years and genres of the dataset and new ids: see `write_items` in synthetic.py. The time is
compared with `MilvusClient.upsert` of the same vectors in the same chunks, with prepared rows. For an upsert, Milvus
Lite looks up each key, which takes longer as the collection grows; the pipeline inserts, because a build starts empty.
Each run has its own process and stores; up to 100,000 items there are several runs, in turns. Memory is the peak
resident memory of our process, without the service of Milvus Lite, a separate process that holds the vectors.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.alone import alone, peak_memory
from benchmarks.case import Case, command
from benchmarks.index import emptied, encoded_rows
from benchmarks.peers import must_be_installed
from benchmarks.quality_kept import Kept
from benchmarks.rows import Limit, Row, compared
from benchmarks.synthetic import CHUNK, write_items
from towhee_recsys import index_pipeline, load_bundle, load_config, read_dataset
from towhee_recsys.bundle import ItemEncoder
from towhee_recsys.config import Config
from towhee_recsys.data import iter_items
from towhee_recsys.stores.vectors import Layout, open_store

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "paddlepaddle")

AGAINST = "MilvusClient.upsert of the same vectors, by the same chunks"

FROM = 100_000
"""The number of items from which the limit applies."""

SIZES, QUICK = {10_000: 5, 100_000: 3, 1_000_000: 1}, {1_000: 1, 10_000: 1}
"""The number of runs by the number of items."""

Found = dict[str, dict[int, list[dict[str, float]]]]
"""The results of each run, by ours or theirs and by the number of items."""


def check() -> None:
    """Raises EvaluationError if psutil is not installed."""
    must_be_installed("psutil")


def measure(case: Case) -> list[Row]:
    """Time and memory by size. Figures of finished runs are stored, so that a killed benchmark can be resumed."""
    config, folder = case.trained(), case.work / "scale"
    sizes = QUICK if case.quick else {size: runs for size, runs in SIZES.items() if size <= case.largest}
    kept = Kept(folder / "figures.json")
    found: Found = {"ours": {size: [] for size in sizes}, "theirs": {size: [] for size in sizes}}
    for size, run in ((size, run) for size, runs in sizes.items() for run in range(runs)):
        for whose in (ours, theirs) if run % 2 == 0 else (theirs, ours):
            name = f"{whose.__name__}, {size} items, run {run}"
            kept(name, config.model_dump(mode="json"), partial(_step, whose, config, size, folder / "run"))
            found[whose.__name__][size].append(kept.steps[name])
    (folder / "figures.json").unlink()
    return [*_times(found), _memory(found["ours"], 4 * config.model.embedding_size)]


def _step(whose: Callable[..., dict[str, float]], config: Config, size: int, folder: Path) -> dict[str, float]:
    config = emptied(config, folder)
    write_items(folder / "movies.dat", size, read_dataset(config.dataset).items, encoding=config.dataset.encoding)
    return alone(whose, command("index", config)[-1], str(folder))


def ours(config_file: str, items: str) -> dict[str, float]:
    """Indexes the items with the pipeline: seconds, and bytes of this process and of Milvus Lite's."""
    import psutil

    pipeline = index_pipeline(load_config(config_file))
    began = time.perf_counter()
    pipeline(items)
    seconds = time.perf_counter() - began
    service = sum(each.memory_info().rss for each in psutil.Process().children(recursive=True))
    return {"seconds": seconds, "peak": peak_memory(), "service": service}


def theirs(config_file: str, items: str) -> dict[str, float]:
    """Upserts the same vectors: seconds."""
    config, seconds = load_config(config_file), 0.0
    encode, store = ItemEncoder(load_bundle(config.model.dir)), open_store(config.milvus.uri)
    store.create("bare", Layout(config.model.embedding_size))
    for chunk in iter_items(config.dataset, items, CHUNK):
        rows = encoded_rows(encode, chunk)
        began = time.perf_counter()
        store.milvus.client.upsert("bare", data=rows)
        seconds += time.perf_counter() - began
    return {"seconds": seconds}


def _times(found: Found) -> list[Row]:
    seconds = {
        whose: {size: np.array([run["seconds"] for run in runs]) for size, runs in sizes.items()}
        for whose, sizes in found.items()
    }
    lines = {
        name: [(size, float(np.median(runs))) for size, runs in seconds[whose].items()]
        for name, whose in {"the pipeline": "ours", "the upsert alone": "theirs"}.items()
    }
    rows = []
    for size in seconds["ours"]:
        both = {whose: each[size] for whose, each in seconds.items()}
        limit = Limit("≤", 1.3) if size >= FROM else None
        detail = {"curve": {"x": "items", "y": "s", "lines": lines}} if size == max(seconds["ours"]) else {}
        rows.append(compared(f"index {size:,} items", both, AGAINST, limit, unit="s", detail=detail))
    return rows


def _memory(found: dict[int, list[dict[str, float]]], vector: int) -> Row:
    """The memory of our process for each item beyond the smallest catalogue, compared with its vector's bytes."""
    peaks, services = (
        {size: float(np.median([run[key] for run in runs])) for size, runs in found.items()}
        for key in ("peak", "service")
    )
    few, most = min(peaks), max(peaks)
    measured = {
        "our process": peaks,
        "Milvus Lite's service": services,
        "the vectors": {size: size * vector for size in peaks},
    }
    lines = {name: [(size, each / 2**20) for size, each in sizes.items()] for name, sizes in measured.items()}
    return Row(
        f"memory an item, from {few:,} to {most:,} items",
        "bytes",
        (peaks[most] - peaks[few]) / (most - few),
        "its vector",
        vector,
        Limit("≤", 0.25),
        detail={"curve": {"x": "items", "y": "MB", "lines": lines}},
    )
