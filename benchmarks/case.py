"""What a benchmark runs on: a config, and a work folder that keeps models between runs."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys import load_config, read_dataset, train
from towhee_recsys.config import Config, dump_config
from towhee_recsys.protocols import PROTOCOLS, Task
from towhee_recsys.training.validated import validated

EPOCHS = 2
"""Epochs of a model of which only the speed is measured."""


@dataclass(frozen=True)
class Case:
    """The config, the work folder, whether few runs are enough, and the size of the largest catalogue."""

    config: Config
    work: Path
    quick: bool = False
    largest: int = 1_000_000

    def runs(self, many: int) -> int:
        """`many`; if few runs are enough, a fiftieth of it, but at least 3."""
        return max(3, many // 50) if self.quick else many

    def trained(self, **changes: Any) -> Config:
        """The config with a model in the work folder, which is trained for a few epochs if it is missing."""
        folder = self.work / str(self.config.dataset.name)
        places = {"model.dir": str(folder / "model"), "milvus.uri": str(folder / "movies.db")}
        stores = {"catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
        config = load_config(self.config, **{**places, **stores, "training.epochs": EPOCHS, **changes})
        if not validated(config, read_dataset(config.dataset)):
            train(config, fresh=True)
        return config

    def indexed(self) -> Config:
        """The same with a new index in a Milvus Lite file and a new SQLite catalogue; no process has them open."""
        config = self.trained()
        uri = Path(config.milvus.uri)
        for store in (uri, uri.with_suffix(".sqlite")):
            shutil.rmtree(store) if store.is_dir() else store.unlink(missing_ok=True)
        subprocess.run(command("index", config), check=True, stdout=subprocess.DEVNULL)
        return config


def validation_task(task: Task) -> Task:
    """The task with its validation part as the test part; the real test part is not used."""
    inner = replace(task, test=task.validation, validation=task.validation.take(np.arange(0)), questions=[])
    return replace(inner, questions=PROTOCOLS[task.protocol].questions(inner, np.random.default_rng(task.seed)))


def config_parser(description: str | None, config: str = "movielens_1m") -> argparse.ArgumentParser:
    """A parser of the command line with `-c` and `--set`: which config is measured, `config` by default."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-c", "--config", default=config)
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    return parser


def command(name: str, config: Config, *arguments: str) -> list[str]:
    """The command line of `towhee-recsys NAME` on a config, which is written next to its model."""
    file = Path(config.model.dir).parent / "config.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dump_config(config), encoding="utf-8")
    return [sys.executable, "-m", "towhee_recsys", name, "-c", str(file), *arguments]
