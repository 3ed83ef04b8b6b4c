"""The steps of the benchmark: each measures one model or baseline on one draw and stores the figures."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Iterable
from dataclasses import asdict
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from benchmarks import planted
from benchmarks.quality_in_time import IN_TIME
from benchmarks.quality_kept import Kept
from benchmarks.quality_models import MODELS
from benchmarks.quality_peers import PEERS, kept_metrics, measured_peer, peer_basis, peers_of
from benchmarks.quality_rows import ONCE, SLICED, Row
from benchmarks.quality_slices import compared_slices
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.evaluation.ablation import ablate
from towhee_recsys.evaluation.evaluate import MODEL, evaluate_model
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.training.training_split import task_of, trained_on
from towhee_recsys.training.validated import settings, validated

ABLATED = ("ranking-80-20", "cold-users", "cold-items")


class Bench:
    """Measures rows on the data of `config`; models are written to `work`, figures to `kept`."""

    def __init__(self, config: Config, work: Path, kept: Kept):
        self._config, self._work, self._kept = config, work, kept

    @cached_property
    def _dataset(self) -> Dataset:
        return read_dataset(self._config.dataset)

    def discard(self, *, peers: bool = False, ablation: bool = False) -> None:
        """Forgets what was measured of our models; of `peers` and of the `ablation` on request."""
        others = {"ablation"} if not ablation else set()
        others |= set(PEERS) if not peers else set()
        self._kept.discard(lambda name: name.partition(",")[0] not in others)
        for folder in ("models", "in-time", *(["ablation"] if ablation else [])):
            shutil.rmtree(self._work / folder, ignore_errors=True)

    def run(self, row: Row, seeds: int) -> None:
        """Runs all steps of a row."""
        first = self._config.seed
        for seed in range(first, first + seeds + row.more):
            for model in row.models:
                config = self._of(model, row.protocol, seed)
                self._kept(step_name(model, row.protocol, seed), self._basis(config), partial(_ours, config))
            for peer in peers_of(row):
                if seed == first or peer not in ONCE:
                    self._peer(peer, self._of("default", row.protocol, seed))

    def slices(self) -> None:
        """Compares the default model with the one before, by slices of the first draw."""
        for protocol, metrics in SLICED.items():
            before, now = (self._of(model, protocol, self._config.seed) for model in ("before", "default"))
            name, basis = step_name("slices", protocol, now.seed), [self._basis(before), self._basis(now)]
            self._kept(name, basis, partial(_slices, before, now, self._dataset, metrics))

    def in_time(self, name: str, seeds: int) -> None:
        """Measures data with times, whose last interactions are held out, beside baselines."""
        config = IN_TIME[name].config(self._work / "in-time")
        basis = [trained_on(read_dataset(config.dataset), config.protocol), settings(config), seeds]
        self._kept(f"in time, {name}", basis, partial(planted.measured, config, seeds))

    def ablate(self) -> None:
        """Measures what each feature of the default model adds for known users, new users and new items."""
        for protocol in ABLATED:
            config = self._of("default", protocol, self._config.seed, "ablation")
            self._kept(step_name("ablation", protocol, config.seed), self._basis(config), partial(_ablation, config))

    def _of(self, model: str, protocol: str, seed: int, folder: str = "models") -> Config:
        own = {
            "model.dir": str(self._work / folder / f"{model}-{protocol}-{seed}"),
            "milvus.uri": str(self._work / "no-index.db"),
        }
        return load_config(MODELS[model](self._config), protocol=protocol, seed=seed, **own)

    def _basis(self, config: Config) -> list[Any]:
        return [trained_on(self._dataset, config.protocol, config.seed), settings(config)]

    def _peer(self, name: str, config: Config) -> None:
        basis = peer_basis(name, self._dataset.fingerprint, config)
        self._kept(
            step_name(name, config.protocol, config.seed), basis, partial(measured_peer, name, config, self._dataset)
        )


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
    baselines = {name: kept_metrics(each.metrics) for name, each in found.baselines.items()}
    return {"metrics": kept_metrics(found.models[MODEL].metrics | took), "baselines": baselines}


def _epochs(bundle: Bundle) -> int:
    return len(json.loads((bundle.directory / "history.json").read_text(encoding="utf-8")))


def _slices(before: Config, now: Config, dataset: Dataset, metrics: Iterable[str]) -> dict[str, Any]:
    task = task_of(now, dataset)
    bundles = [validated(config, dataset) or train(config, fresh=True) for config in (before, now)]
    runs = [measure_model(bundle, dataset, task) for bundle in bundles]
    return {"slices": [asdict(each) for each in compared_slices(*runs, task, now, dataset, metrics)]}


def _ablation(config: Config) -> dict[str, Any]:
    lines = [asdict(each) for each in ablate(config, protocols=[config.protocol])]
    return {"differences": [{key: _number(value) for key, value in line.items()} for line in lines]}


def _number(value: Any) -> Any:
    """JSON has no NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value
