"""The formats of datasets, and what each of them declares for a config that names it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from towhee_recsys.config.document import Document, merge
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.config.yaml import read_yaml

TABLE = "table"
"""The format whose declaration is all the user's."""

MOVIELENS = "movielens"
"""The format of a dataset that names neither a format nor tables, and is not known by name."""


@cache
def formats() -> dict[str, Path | None]:
    """Every format, with the file of its declaration: adding `configs/datasets/NAME.yaml` adds one."""
    folder = Path(str(files("towhee_recsys.configs"))) / "datasets"
    return {TABLE: None, **{path.stem: path for path in sorted(folder.glob("*.yaml"))}}


def with_declaration(document: Document) -> Document:
    """`document` laid over the declaration of its dataset's format.

    Raises:
        ConfigError: the declaration cannot be read.
    """
    file = formats().get(dataset_format(document.data.get("dataset")))
    return merge(_declaration(file), document) if file else document


def dataset_format(dataset: Any) -> str:
    """The format that a `dataset` section has or, where it names none, that its tables or its name show."""
    given = dataset if isinstance(dataset, Mapping) else {}
    if isinstance(given.get("format"), str):
        return str(given["format"])
    sections = [given.get(name) for name in ("users", "items", "interactions")]
    has_own = any(isinstance(section, Mapping) and (section.get("path") or section.get("sql")) for section in sections)
    if has_own or given.get("tables"):
        return TABLE
    name = given.get("name")
    return PUBLISHED[name].format if isinstance(name, str) and name in PUBLISHED else MOVIELENS


@cache
def _declaration(file: Path) -> Document:
    return read_yaml(file, f"datasets/{file.name}")
