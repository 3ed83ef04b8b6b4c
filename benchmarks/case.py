"""What a benchmark measures on: a config, and a work folder that keeps models from one run to the next."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from towhee_recsys import load_config, read_dataset, train
from towhee_recsys.config import Config, dump_config
from towhee_recsys.training.validated import validated

EPOCHS = 2
"""Epochs of a model whose speed counts and not its quality."""


@dataclass(frozen=True)
class Case:
    """The config that was asked for, the work folder, whether a few runs will do, and how large catalogues may be."""

    config: Config
    work: Path
    quick: bool = False
    largest: int = 1_000_000

    def runs(self, many: int) -> int:
        """`many`, or a fiftieth of it where a few will do, 3 at least."""
        return max(3, many // 50) if self.quick else many

    def trained(self, **changes: Any) -> Config:
        """The config with a model in the work folder, which is trained for a few epochs unless it is there."""
        folder = self.work / str(self.config.dataset.name)
        places = {"model.dir": str(folder / "model"), "milvus.uri": str(folder / "movies.db")}
        stores = {"catalogue": f"sqlite:///{folder / 'movies.sqlite'}"}
        config = load_config(self.config, **{**places, **stores, "training.epochs": EPOCHS, **changes})
        if not validated(config, read_dataset(config.dataset)):
            train(config, fresh=True)
        return config

    def indexed(self) -> Config:
        """The same with a fresh index in a Milvus Lite file and a catalogue in SQLite, which no process has open."""
        config = self.trained()
        uri = Path(config.milvus.uri)
        for store in (uri, uri.with_suffix(".sqlite")):
            shutil.rmtree(store) if store.is_dir() else store.unlink(missing_ok=True)
        subprocess.run(command("index", config), check=True, stdout=subprocess.DEVNULL)
        return config


def command(name: str, config: Config, *arguments: str) -> list[str]:
    """`towhee-recsys NAME` on a config, for a process of its own; the config lies beside its model."""
    file = Path(config.model.dir).parent / "config.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(dump_config(config), encoding="utf-8")
    return [sys.executable, "-m", "towhee_recsys", name, "-c", str(file), *arguments]
