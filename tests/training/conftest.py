from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys.config import Config
from towhee_recsys.data import read_dataset
from towhee_recsys.training.examples import make_examples
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.training_split import training_part


@pytest.fixture
def tiny_config(small_config: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """As `small_config`, of eight users who rated eight items, for what is done many times."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    every = range(1, 9)
    lines = {
        "users.dat": [f"{user}::F::25::12::00000" for user in every],
        "movies.dat": [f"{item}::Item {item} (2000)::Drama" for item in every],
        "ratings.dat": [f"{user}::{item}::{1 + (user * item) % 5}::0" for user in every for item in every],
    }
    for name, own in lines.items():
        (folder / name).write_text("".join(f"{line}\n" for line in own), encoding="utf-8")
    return lambda *overrides: small_config(f"dataset.path={folder}", "model.embedding_size=4", *overrides)


@pytest.fixture(scope="module")
def make(small_config_in, tmp_path_factory):
    """Trainers for the small data; takes overrides, such as "objective=rating"."""

    def make(*overrides: str) -> Trainer:
        config = small_config_in(tmp_path_factory.mktemp("trainer"), *overrides)
        dataset = read_dataset(config.dataset)
        return Trainer(config, make_examples(config, dataset, *training_part(config, dataset, final=False)))

    return make


@pytest.fixture
def trainer(make) -> Trainer:
    return make()
