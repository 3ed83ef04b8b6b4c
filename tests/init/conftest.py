from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.init import Created, Wanted, create_config

Rows = Sequence[Sequence[object]]


class Folder:
    """A working folder with tables, and the configs that are made of them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, name: str, rows: Rows, separator: str = ",", encoding: str = "utf-8") -> Path:
        text = "".join(separator.join(map(str, row)) + "\n" for row in rows)
        (self.path / name).write_bytes(text.encode(encoding))
        return Path(name)

    def init(self, interactions: Path, **more: Any) -> Created:
        return create_config(Wanted(interactions, force=True, **more))

    def dataset(self, created: Created) -> Dataset:
        """What is read by the config that was written."""
        return read_dataset(load_config(created.path).dataset)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    (tmp_path / "data").mkdir()
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path)


@pytest.fixture
def rated() -> Callable[..., list[list[object]]]:
    """Rows of users, items, ratings and times: 40 users with 10 of 30 items each."""

    def rows(
        header: Sequence[str] = ("user_id", "item_id", "rating", "timestamp"), seed: int = 0
    ) -> list[list[object]]:
        draw = random.Random(seed)
        found: list[list[object]] = [list(header)] if header else []
        for user in range(1, 41):
            for item in draw.sample(range(1, 31), 10):
                found.append([user, item, draw.randint(1, 5), 1_600_000_000 + draw.randrange(10**6)])
        return found

    return rows
