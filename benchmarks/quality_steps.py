"""The steps of the benchmark: each measures one model or baseline on one draw and stores the figures."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.quality_rows import MODELS, ONCE, Row
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.ablation import ablate
from towhee_recsys.evaluation.baselines import BASELINES, Baseline, SideInformation, side_information
from towhee_recsys.evaluation.baselines.library import PACKAGES, library
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.measure import Score, measure
from towhee_recsys.protocols import Task
from towhee_recsys.support.files import write_file
from towhee_recsys.training.training_split import task_of, trained_on
from towhee_recsys.training.validated import settings

KEPT = ("rmse", "mae", "ndcg@10", "recall@10", "coverage@10", "seconds", "epochs")
ABLATED = ("ranking-80-20", "cold-users", "cold-items")


def oracle(task: Task, side: SideInformation) -> Score:
    """How often each item is liked in the test: the best list that is the same for all; no model can know it."""
    liked = task.test.take(task.test.values >= task.liked)
    counts = np.bincount(liked.items, minlength=task.items).astype(np.float32)
    return lambda question: np.tile(counts, (len(question.users), 1))


PEERS = {name: each for name, each in BASELINES.items() if each.external}
PEERS["oracle"] = Baseline("oracle", "Oracle", ranker=oracle)
"""The baselines that have steps of their own; the others come with the model's figures."""


def check_peers(rows: Iterable[Row]) -> None:
    """Raises EvaluationError if rows need libraries that are not installed."""
    if any(name != "oracle" for row in rows for name in _peers(row)):
        for name in PACKAGES:
            library(name)


def _peers(row: Row) -> list[str]:
    return [name for name in PEERS if name in row.shown]


class Kept:
    """Figures by the names of their steps, in a JSON file that is written after each step."""

    def __init__(self, path: Path, fresh: bool):
        self._path = path
        there = path.is_file() and not fresh
        self.steps: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if there else {}

    def __call__(self, name: str, basis: Any, measured: Callable[[], dict[str, Any]]) -> None:
        """Runs the step, unless its figures exist for the same `basis`: settings and data."""
        basis = hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()[:16]
        if self.steps.get(name, {}).get("basis") == basis:
            return print(f"{name}: measured before", file=sys.stderr)
        print(f"{name} ...", file=sys.stderr, flush=True)
        self.steps[name] = {"basis": basis, **measured()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._path, json.dumps(self.steps, indent=1).encode())


class Bench:
    """Measures rows on the data of `config`; models are written to `work`."""

    def __init__(self, config: Config, work: Path, fresh: bool = False):
        self._config, self._work, self.kept = config, work, Kept(work / "figures.json", fresh)
        if fresh:  # otherwise the ablation would use existing models
            shutil.rmtree(work / "ablation", ignore_errors=True)

    @cached_property
    def _dataset(self) -> Dataset:
        return read_dataset(self._config.dataset)

    def run(self, row: Row, seeds: int) -> None:
        """Runs all steps of a row."""
        first = self._config.seed
        for seed in range(first, first + seeds + row.more):
            for model in row.models:
                config = self._of(model, row.protocol, seed)
                self.kept(step_name(model, row.protocol, seed), self._basis(config), partial(_ours, config))
            for peer in _peers(row):
                if seed == first or peer not in ONCE:
                    self._peer(peer, self._of("default", row.protocol, seed))

    def ablate(self) -> None:
        """Measures what each feature of the default model adds for known users, new users and new items."""
        for protocol in ABLATED:
            config = self._of("default", protocol, self._config.seed, "ablation")
            self.kept(step_name("ablation", protocol, config.seed), self._basis(config), partial(_ablation, config))

    def _of(self, model: str, protocol: str, seed: int, folder: str = "models") -> Config:
        own = {
            "model.dir": str(self._work / folder / f"{model}-{protocol}-{seed}"),
            "milvus.uri": str(self._work / "no-index.db"),
        }
        return load_config(MODELS[model](self._config), protocol=protocol, seed=seed, **own)

    def _basis(self, config: Config) -> list[Any]:
        return [trained_on(self._dataset, config.protocol, config.seed), settings(config)]

    def _peer(self, name: str, config: Config) -> None:
        basis = [trained_on(self._dataset, config.protocol, config.seed), config.training.validation]
        self.kept(step_name(name, config.protocol, config.seed), basis, partial(_peer, name, config, self._dataset))


def step_name(who: str, protocol: str, seed: int) -> str:
    """The name of the step that measures a model or a baseline on a draw."""
    return f"{who}, {protocol}, seed {seed}"


def _ours(config: Config) -> dict[str, Any]:
    """The figures of the model and of the baselines that need no other library."""
    took: dict[str, float] = {}

    def get_model(config: Config, dataset: Dataset, progress: bool | None) -> Bundle:
        began = time.perf_counter()
        bundle = train(config, fresh=True, progress=progress)
        took.update(seconds=time.perf_counter() - began, epochs=_epochs(bundle))
        return bundle

    found = evaluate_model(config, get_model=get_model)
    baselines = {name: _kept(each.metrics) for name, each in found.baselines.items()}
    return {"metrics": _kept(found.models[MODEL].metrics | took), "baselines": baselines}


def _epochs(bundle: Bundle) -> int:
    return len(json.loads((bundle.directory / "history.json").read_text(encoding="utf-8")))


def _peer(name: str, config: Config, dataset: Dataset) -> dict[str, Any]:
    task = task_of(config, dataset)
    began, side, peer = time.perf_counter(), side_information(config.features, dataset), PEERS[name]
    score = peer.ranker(task, side) if peer.ranker else None
    predict = peer.rater(task, side) if peer.rater else None
    seconds = time.perf_counter() - began
    found = measure(task, score, predict)
    return {"metrics": _kept(found.metrics | {"seconds": seconds})}


def _kept(metrics: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name.partition(" ")[0] in KEPT}


def _ablation(config: Config) -> dict[str, Any]:
    lines = [asdict(each) for each in ablate(config, protocols=[config.protocol])]
    return {"differences": [{key: _number(value) for key, value in line.items()} for line in lines]}


def _number(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value
