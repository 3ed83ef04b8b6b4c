"""The other libraries of the benchmark of quality, and an oracle: on which draws they are measured, and how."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.quality_rows import COVERAGE, Row
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.baselines import BASELINES, Baseline, SideInformation, side_information
from towhee_recsys.evaluation.baselines.library import PACKAGES, library
from towhee_recsys.evaluation.measure import Score, measure
from towhee_recsys.protocols import Task
from towhee_recsys.training.training_split import task_of

KEPT = ("rmse", "mae", "ndcg@10", "recall@10", "coverage@10", "seconds", "epochs")
KEPT += tuple(f"interval_coverage@{each}" for each in COVERAGE)


def oracle(task: Task, side: SideInformation) -> Score:
    """How often each item is liked in the test: the best list that is the same for all; no model can know it."""
    liked = task.test.take(task.test.values >= task.liked)
    counts = np.bincount(liked.items, minlength=task.items).astype(np.float32)
    return lambda question: np.tile(counts, (len(question.users), 1))


PEERS = {name: each for name, each in BASELINES.items() if each.external}
PEERS["oracle"] = Baseline("oracle", "Oracle", ranker=oracle)
"""The baselines that have steps of their own; the others come with the model's figures."""

LIBRARIES = {"svd": "scikit-surprise", "svdpp": "scikit-surprise", "ials": "implicit", "bpr": "implicit"}
"""The libraries of peers, without which, or with other versions of which, they are measured again."""


def check_peers(rows: Iterable[Row]) -> None:
    """Raises EvaluationError if rows need libraries that are not installed."""
    if any(name != "oracle" for row in rows for name in peers_of(row)):
        for name in PACKAGES:
            library(name)


def peers_of(row: Row) -> list[str]:
    """The names of the peers that a row shows."""
    return [name for name in PEERS if name in row.shown]


def peer_basis(name: str, fingerprint: str, config: Config) -> list[Any]:
    """What a peer's figures depend on: the data, the draw, and the library's version."""
    used = LIBRARIES.get(name)
    return [fingerprint, config.protocol, config.seed, config.training.validation, used and [used, version(used)]]


def measured_peer(name: str, config: Config, dataset: Dataset) -> dict[str, Any]:
    """The figures of a peer on the draw of `config`."""
    task = task_of(config, dataset)
    began, side, peer = time.perf_counter(), side_information(config.features, dataset), PEERS[name]
    score = peer.ranker(task, side) if peer.ranker else None
    predict = peer.rater(task, side) if peer.rater else None
    seconds = time.perf_counter() - began
    found = measure(task, score, predict)
    return {"metrics": kept_metrics(found.metrics | {"seconds": seconds})}


def kept_metrics(metrics: Mapping[str, float]) -> dict[str, float]:
    """The metrics that the JSON has."""
    return {name: value for name, value in metrics.items() if name.partition(" ")[0] in KEPT}
