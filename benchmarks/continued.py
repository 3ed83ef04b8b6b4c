"""Training that continues a model on data that have grown, beside training from nothing on the same data.

A random tenth of all interactions is the test part, which no training reads. Of the others about a tenth counts as new:
those of a random twentieth of the users and of a random fiftieth of the items, and a random part of the rest. A first
model is trained without them. On all, it is then continued (`train --continue`), and another is trained from nothing,
each by the config's protocol. Times are processor seconds, from the data files to the written bundle.

The epochs and the rate of a continued training were chosen with `--choose`, on validation data: a random tenth of the
others, which no training of the choice read; nor did it read the test part. Of six combinations, it takes the one with
the fewest epochs whose two metrics are within half a percent of training from nothing; of several, the one whose
metrics are the best. [objectives.md](objectives.md) has their figures.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.case import Case
from benchmarks.rows import Limit, Row
from benchmarks.timing import processor_seconds
from towhee_recsys import read_dataset, train
from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.protocols import make_task

PACKAGES = ("paddlepaddle", "numpy")

PROTOCOL = "rating-90-10"
"""The protocol whose test part no training reads."""

NEW_USERS, NEW_ITEMS, NEW_OF_THE_REST = 0.05, 0.02, 0.04
"""The shares of users and items that are new, with all their interactions, and of the other interactions."""

METRICS = {"rmse": Limit("≤", 1.01), "ndcg@10": Limit("≥", 0.99)}
"""What is measured on the test part, and how it may differ from training from nothing."""


def measure(case: Case) -> list[Row]:
    """The row of the work, and a row for each metric."""
    whole = read_dataset(case.config.dataset)
    task = make_task(PROTOCOL, whole, seed=case.config.seed, validation=0)
    earlier, later = prepared(case, whole, [task.test])
    train(earlier, fresh=True)
    ours = _trained(later, warm_start=True)
    theirs = _trained(named(later, "from-nothing"))
    seconds = [each[1] for each in (ours, theirs)]
    found = [measure_model(each[0], whole, task).metrics for each in (ours, theirs)]
    against = "training from nothing"
    return [
        Row("train on a tenth of new interactions", "processor s", *_pair(seconds, against), Limit("≤", 0.5)),
        *(
            Row(
                f"{name.upper()} of the continued model on the test part",
                "",
                *_pair([each[name] for each in found], against),
                limit,
            )
            for name, limit in METRICS.items()
        ),
    ]


def prepared(case: Case, whole: Dataset, hidden: Sequence[Interactions]) -> tuple[Config, Config]:
    """The configs of the first model and of the continued one, whose data lack the `hidden` interactions."""
    pairs = {
        pair
        for part in hidden
        for pair in zip(whole.user_ids[part.users].tolist(), whole.item_ids[part.items].tolist(), strict=True)
    }
    folders = write_parts(Path(str(case.config.dataset.path)), case.work / "continued", pairs, case.config.seed)
    first = case.config.with_model_dir(case.work / "continued" / "model")
    epochs: dict[str, Any] = {"training.epochs": 2} if case.quick else {}
    earlier, later = (load_config(first, **{"dataset.path": str(folder), **epochs}) for folder in folders)
    return earlier, later


def named(config: Config, model: str) -> Config:
    """The config of another model, `model`, in the same folder."""
    return config.with_model_dir(Path(config.model.dir).with_name(model))


def write_parts(source: Path, work: Path, tested: Collection[tuple[int, int]], seed: int) -> list[Path]:
    """The folders of the data without the `tested` pairs of user and item: without the new ones, and with them."""
    lines = [line for line in (source / "ratings.dat").read_bytes().splitlines(keepends=True) if line.strip()]
    pairs = [tuple(map(int, line.split(b"::")[:2])) for line in lines]
    left = [row for row, pair in enumerate(pairs) if pair not in tested]
    users, items = np.array([pairs[row] for row in left]).T
    random = np.random.default_rng(seed)
    new = np.isin(users, _drawn(users, NEW_USERS, random)) | np.isin(items, _drawn(items, NEW_ITEMS, random))
    new |= random.random(len(left)) < NEW_OF_THE_REST
    parts = {"earlier": np.array(left)[~new], "all": left}
    return [_write(source, work / name, [lines[row] for row in rows]) for name, rows in parts.items()]


def _drawn(ids: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """A random share of the distinct ids."""
    distinct = np.unique(ids)
    return random.permutation(distinct)[: round(share * len(distinct))]


def _write(source: Path, folder: Path, ratings: Sequence[bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("movies.dat", "users.dat"):
        shutil.copyfile(source / name, folder / name)
    (folder / "ratings.dat").write_bytes(b"".join(ratings))
    return folder


def _trained(config: Config, *, warm_start: bool = False) -> tuple[Bundle, float]:
    """The model, and the processor seconds that it took."""
    began = processor_seconds()
    return train(config, fresh=True, warm_start=warm_start), processor_seconds() - began


def _pair(figures: Sequence[float], against: str) -> tuple[float, str, float]:
    ours, theirs = figures
    return ours, against, theirs
