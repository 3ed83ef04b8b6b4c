from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.declarations import schema
from towhee_recsys.config import DataSchema
from towhee_recsys.data import Dataset, interactions_frame, read_dataset, records


class Format:
    """A folder with files in a format, which are read strictly."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder

    def write(self, name: str, *lines: str, encoding: str = "utf-8") -> str:
        (self.folder / name).write_text("".join(f"{line}\n" for line in lines), encoding=encoding)
        return name

    def declared(self, **dataset: Any) -> DataSchema:
        return schema(**{"format": self.name, "path": str(self.folder), "strict": True} | dataset)

    def read(self, **dataset: Any) -> Dataset:
        return read_dataset(self.declared(**dataset))


@pytest.fixture
def format_of(tmp_path: Path) -> Callable[[str], Format]:
    """A folder for files in the format of a name."""
    return lambda name: Format(name, tmp_path)


def rows_of(dataset: Dataset) -> list[tuple[Any, ...]]:
    """The interactions as (user, item, value, time)."""
    return [tuple(record.values()) for record in records(interactions_frame(dataset))]
