"""Folders of known layouts: MovieLens, RecBole's atomic files, Gorse's dumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from towhee_recsys.errors import DatasetError, close_match
from towhee_recsys.init.dataset import own_name, shown_path


@dataclass(frozen=True)
class KnownFolder:
    """What a folder is: a dataset of a format, or tables whose columns are known.

    Attributes:
        section: The `dataset` section; None where there are tables.
        tables: The files of the tables, by their names.
        columns: The columns of the interactions, by their roles.
    """

    section: dict[str, Any] | None = None
    tables: dict[str, Path] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


MOVIELENS = {
    "movielens": ("movies.dat", "users.dat", "ratings.dat"),
    "ml-10m": ("movies.dat", "ratings.dat"),
    "ml-csv": ("movies.csv", "ratings.csv"),
    "ml-100k": ("u.item", "u.user", "u.data"),
}
"""The files of each format of MovieLens; the first that are all there decide."""

GORSE = {"interactions": "feedback.csv", "users": "users.csv", "items": "items.csv"}
GORSE_COLUMNS = {"user": "user_id", "item": "item_id", "event": "feedback_type", "time": "timestamp"}


def known_folder(layout: str, folder: Path) -> KnownFolder:
    """The dataset in `folder`, which is laid out as `layout` says.

    Raises:
        DatasetError: the layout is not known, or its files are not there.
    """
    if layout not in LAYOUTS:
        raise DatasetError(f"--from: given {layout!r}, accepted: {', '.join(LAYOUTS)}.{close_match(layout, LAYOUTS)}")
    if not folder.is_dir():
        raise DatasetError(f"{folder} is no folder, accepted with --from {layout}: the folder of its files")
    return LAYOUTS[layout](folder)


def _movielens(folder: Path) -> KnownFolder:
    for name, files in MOVIELENS.items():
        if all((folder / file).is_file() for file in files):
            return KnownFolder(
                {"name": own_name(folder.resolve().name or "data"), "format": name, "path": shown_path(folder)}
            )
    raise _missing(folder, "movielens", [", ".join(files) for files in MOVIELENS.values()])


def _gorse(folder: Path) -> KnownFolder:
    tables = {name: folder / file for name, file in GORSE.items() if (folder / file).is_file()}
    if "interactions" not in tables:
        raise _missing(folder, "gorse", [GORSE["interactions"]])
    return KnownFolder(None, tables, dict(GORSE_COLUMNS))


def _recbole(folder: Path) -> KnownFolder:
    found = sorted(folder.glob("*.inter"))
    if not found:
        raise _missing(folder, "recbole", ["a file NAME.inter"])
    others = {"users": found[0].with_suffix(".user"), "items": found[0].with_suffix(".item")}
    return KnownFolder(
        None, {"interactions": found[0], **{name: path for name, path in others.items() if path.is_file()}}
    )


def _missing(folder: Path, layout: str, accepted: list[str]) -> DatasetError:
    there = sorted(path.name for path in folder.iterdir())[:10]
    return DatasetError(
        f"{folder}: no files of the layout {layout}, given: {', '.join(there) or 'nothing'}, accepted: "
        f"{'; or '.join(accepted)}. Name the folder that has them, or give the tables one by one."
    )


LAYOUTS: dict[str, Callable[[Path], KnownFolder]] = {
    "movielens": _movielens,
    "recbole": _recbole,
    "gorse": _gorse,
}
"""The layouts that `--from` takes."""
