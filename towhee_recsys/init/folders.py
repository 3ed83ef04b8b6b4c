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
        parts: Where the interactions come split, the other files of them: "validation" and "test".
    """

    section: dict[str, Any] | None = None
    tables: dict[str, Path] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Path] = field(default_factory=dict)


MOVIELENS = {
    "movielens": ("movies.dat", "users.dat", "ratings.dat"),
    "ml-10m": ("movies.dat", "ratings.dat"),
    "ml-csv": ("movies.csv", "ratings.csv"),
    "ml-100k": ("u.item", "u.user", "u.data"),
}
"""The files of each format of MovieLens; the first that are all there decide."""

GORSE = {"interactions": "feedback", "users": "users", "items": "items"}
"""The names of the files of Gorse's dashboard, by their tables, without their suffixes."""

GORSE_COLUMNS = {
    ".jsonl": {"user": "UserId", "item": "ItemId", "event": "FeedbackType", "time": "Timestamp"},
    ".csv": {"user": "user_id", "item": "item_id", "event": "feedback_type", "time": "timestamp"},
}
"""The columns of the interactions by the suffix of the files: Gorse 0.5 exports JSON lines, older ones CSV."""

RECBOLE_SPLITS = (
    {"path": "train", "validation": "valid", "test": "test"},
    {"path": "part1", "validation": "part2", "test": "part3"},
)
"""The parts of NAME.PART.inter, RecBole's `benchmark_filename`, by their settings; validation may be missing."""


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
    for suffix, columns in GORSE_COLUMNS.items():
        files = {table: folder / f"{name}{suffix}" for table, name in GORSE.items()}
        if files["interactions"].is_file():
            return KnownFolder(None, {table: file for table, file in files.items() if file.is_file()}, dict(columns))
    raise _missing(folder, "gorse", [GORSE["interactions"] + suffix for suffix in GORSE_COLUMNS])


def _recbole(folder: Path) -> KnownFolder:
    found = sorted(folder.glob("*.inter"))
    if not found:
        raise _missing(folder, "recbole", ["a file NAME.inter"])
    name, files = _one_dataset(folder, found)
    others = {"users": folder / f"{name}.user", "items": folder / f"{name}.item"}
    tables = {table: path for table, path in others.items() if path.is_file()}
    return KnownFolder(None, {"interactions": files.pop("path"), **tables}, parts=files)


def _one_dataset(folder: Path, found: list[Path]) -> tuple[str, dict[str, Path]]:
    """The name of the dataset that all files `found` are of, and the files by their settings."""
    name, _, part = found[0].stem.rpartition(".")
    if len(found) == 1 and not any(part in split.values() for split in RECBOLE_SPLITS):
        return found[0].stem, {"path": found[0]}
    for split in RECBOLE_SPLITS:
        files = {setting: folder / f"{name}.{part}.inter" for setting, part in split.items()}
        there = {setting: path for setting, path in files.items() if path in found}
        if len(there) == len(found) and {"path", "test"} <= there.keys():
            return name, there
    raise DatasetError(
        f"{folder}: given {', '.join(path.name for path in found)}, accepted: the files of one dataset, NAME.inter or, "
        f"split, {' or '.join(map(_names_of, RECBOLE_SPLITS))}. Move the others into folders of their own, or give "
        "the tables one by one, without --from."
    )


def _names_of(split: dict[str, str]) -> str:
    train, validation, test = (f"NAME.{part}.inter" for part in split.values())
    return f"{train}, {test} and maybe {validation}"


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
