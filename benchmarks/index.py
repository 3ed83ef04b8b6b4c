"""Indexing a dataset's items: read, encode, normalize, insert, catalogue, check and publish; Milvus Lite.

The pipeline without its step for the history, built and warm, is compared with one `MilvusClient.upsert` of the same
vectors, with prepared rows, into an empty collection of the same file, and with one `insert` of them; the three take
turns. The whole pipeline reads the interactions, too, and stores them. The command is `towhee-recsys index` from the
start of Python to its end, with empty stores.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.case import Case, command
from benchmarks.rows import Limit, Row, compared
from benchmarks.startup import run
from benchmarks.timing import interleaved
from towhee_recsys import index_pipeline, load_bundle, load_pipeline
from towhee_recsys.bundle import ItemEncoder
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import iter_items
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.pipelines import Pipeline
from towhee_recsys.pipelines.builder import SHIPPED
from towhee_recsys.stores.vectors import Layout, open_store

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "paddlepaddle")

RUNS, WARM_UP, COLD = 15, 2, 5


def measure(case: Case) -> list[Row]:
    """The command, and the pipeline compared with upsert and insert."""
    config = emptied(case.trained(), case.work / "index")
    cold = _cold(config, case.runs(COLD))
    pipeline, runs = without_history(config, case.work / "index.yaml"), case.runs(RUNS)
    upsert, insert = (bare(method, config, runs + WARM_UP) for method in ("upsert", "insert"))
    calls = {"ours": lambda _: pipeline().get(), "upsert": lambda _: upsert(), "insert": lambda _: insert()}
    whole = index_pipeline(config)
    seconds = interleaved(calls, runs, warm_up=WARM_UP)
    rows = []
    for method, limit in (("upsert", Limit("≤", 1.5)), ("insert", None)):
        both = {"ours": seconds["ours"], "theirs": seconds[method]}
        against = f"MilvusClient.{method} of the same vectors"
        rows.append(compared("index the dataset's items", both, against, limit, unit="s"))
    return [*rows, _whole(whole, case.runs(COLD)), cold]


def emptied(config: Config, folder: Path) -> Config:
    """The config with empty stores in `folder`; no process may have them open."""
    shutil.rmtree(folder, ignore_errors=True)
    stores = {"milvus.uri": str(folder / "movies.db"), "catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
    return load_config(config, **stores)


def without_history(config: Config, file: Path) -> Pipeline:
    """The index pipeline without the step that stores what users have interacted with, written to `file`."""
    declared = yaml.safe_load((SHIPPED / "index.yaml").read_text(encoding="utf-8"))
    *items, _, publish = declared["steps"]
    del publish["map"], publish["args"]["history"]
    declared["steps"] = [*items, {"window_all": "receipt -> index", **publish}]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(declared, sort_keys=False), encoding="utf-8")
    return load_pipeline(file, config)


def _whole(pipeline: Pipeline, runs: int) -> Row:
    seconds = interleaved({"ours": lambda _: pipeline().get()}, runs, warm_up=1)["ours"]
    quartiles = {"ours": np.percentile(seconds, [25, 75]).tolist()}
    return Row("index the dataset, with the history of its users", "s", float(np.median(seconds)), spread=quartiles)


def _cold(config: Config, runs: int) -> Row:
    calls = {"ours": lambda _: run(command("index", emptied(config, Path(config.milvus.uri).parent)))}
    seconds = interleaved(calls, runs, warm_up=1)["ours"]
    quartiles = {"ours": np.percentile(seconds, [25, 75]).tolist()}
    work, limit = "towhee-recsys index, from a cold start", Limit("≤", 6, "ours")
    return Row(work, "s", float(np.median(seconds)), limit=limit, spread=quartiles)


def bare(method: str, config: Config, calls: int) -> Callable[[], Any]:
    """A call that upserts, or inserts, the vectors of the config's items into the next of `calls` empty collections."""
    encode, store = ItemEncoder(load_bundle(config.model.dir)), open_store(config.milvus.uri)
    chunks = iter_items(config.dataset)
    rows = [row for chunk in chunks for row in encoded_rows(encode, chunk)]
    names = [f"{method}_{number}" for number in range(calls)]
    for name in names:
        store.create(name, Layout(config.model.embedding_size))
    empty = iter(names)
    return lambda: getattr(store.milvus.client, method)(next(empty), data=rows)


def encoded_rows(encode: ItemEncoder, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of items for Milvus, with the vectors that the pipeline would write."""
    vectors = np.asarray(normalize(encode(items)))
    return [{"id": item["movie_id"], "vector": vector} for item, vector in zip(items, vectors, strict=True)]
