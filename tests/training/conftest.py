from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys.config import Config
from towhee_recsys.data import read_dataset
from towhee_recsys.training import lazy_rows
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import make_trainer, rating_map_of
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.training_split import split_by


@pytest.fixture
def all_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table of ids counts as large."""
    monkeypatch.setattr(lazy_rows, "LARGE", 0)
    monkeypatch.setattr(lazy_rows, "SHARE", 0)


@pytest.fixture
def tiny_config(small_config: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """As `small_config`, of eight users who rated eight items, for trainings that are repeated many times."""
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
    """Trainers for the small data; takes overrides, such as "objective=rating", and where to stop."""

    def make(*overrides: str, epochs: int | None = None) -> Trainer:
        config = small_config_in(tmp_path_factory.mktemp("trainer"), *overrides)
        dataset = read_dataset(config.dataset)
        split = split_by(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
        examples, feedback = encode(dataset, split, config.features), dataset.schema.feedback
        return make_trainer(
            examples,
            feedback,
            rating_map_of(examples, feedback, config.model),
            teacher_of(examples, config.objective, config.training),
            objective=config.objective,
            model=config.model,
            training=config.training,
            seed=config.seed,
            epochs=epochs,
        )

    return make


@pytest.fixture
def trainer(make) -> Trainer:
    return make()
