from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from towhee_recsys.config import Config


@pytest.fixture
def tiny_config(small_config: Callable[..., Config], tmp_path: Path) -> Callable[..., Config]:
    """As `small_config`, of eight users who rated eight movies, for what is done many times."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    every = range(1, 9)
    lines = {
        "users.dat": [f"{user}::F::25::12::00000" for user in every],
        "movies.dat": [f"{movie}::Film {movie} (2000)::Drama" for movie in every],
        "ratings.dat": [f"{user}::{movie}::{1 + (user * movie) % 5}::0" for user in every for movie in every],
    }
    for name, own in lines.items():
        (folder / name).write_text("".join(f"{line}\n" for line in own), encoding="utf-8")
    return lambda *overrides: small_config(f"dataset.path={folder}", "model.embedding_size=4", *overrides)
