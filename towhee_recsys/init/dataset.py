"""The `dataset` section of a config, from what was found out about its tables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from towhee_recsys.config.completion import KNOWN
from towhee_recsys.errors import DatasetError
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.table import FoundTable

TABLES = ("users", "items", "interactions")
ROLES = ("user", "item", "rating", "event", "count", "time", "id", "title")
"""The settings that name a column, which is called like its role in a file without a header."""


def dataset_section(
    tables: Mapping[str, FoundTable], settings: Mapping[str, dict[str, Any]], notes: Notes
) -> dict[str, Any]:
    """The section: the name, the paths and the layouts of `tables`, and the `settings` of each."""
    folder = _common_folder(tables)
    section: dict[str, Any] = {"name": dataset_name(tables["interactions"].path)}
    section |= {"path": folder} if folder else {}
    if any(table.encoding == "latin-1" for table in tables.values()):
        section["encoding"] = "latin-1"
        notes.why["dataset", "encoding"] = "the text of a file is not UTF-8"
    for name in TABLES:
        if name in tables:
            table = tables[name]
            files = {"path": table.path, **table.parts}
            shown = {setting: path.name if folder else shown_path(path) for setting, path in files.items()}
            section[name] = shown | _layout(table) | _role_names(table, settings[name])
    return section


def dataset_name(path: Path) -> str:
    """The name of the folder that a file is in, or of the file where that is the working folder."""
    folder = Path(shown_path(path)).parent.name
    return own_name(folder or path.name.split(".")[0] or "data")


def own_name(name: str) -> str:
    """`name`, or another one where a published dataset has it: that one has artefacts and is read strictly."""
    return f"my-{name}" if name in KNOWN else name


def shown_path(path: Path) -> str:
    """The path, seen from the working folder where it is inside of it."""
    if path.is_absolute():
        relative = os.path.relpath(path)
        return str(path) if relative.startswith("..") else Path(relative).as_posix()
    return path.as_posix()


def _common_folder(tables: Mapping[str, FoundTable]) -> str | None:
    """The folder that all files are in, unless it is the working folder."""
    folders = {str(Path(shown_path(table.path)).parent) for table in tables.values()}
    return folders.pop() if len(folders) == 1 and folders != {"."} else None


def _layout(table: FoundTable) -> dict[str, Any]:
    layout = table.layout
    found: dict[str, Any] = {"separator": layout.separator} if layout.separator else {}
    return found | ({} if layout.quotes else {"quotes": False})


def _role_names(table: FoundTable, settings: dict[str, Any]) -> dict[str, Any]:
    """`settings`; in a file without a header the columns are called as they are used: user, item, title."""
    if not table.layout.columns:
        return settings
    new = {settings[role]: role for role in ROLES if role in settings}
    columns = [new.get(name, name) for name in table.layout.columns]
    renamed = {key: new[value] if key in ROLES else value for key, value in settings.items()}
    if "lists" in settings:
        renamed["lists"] = {new.get(name, name): separator for name, separator in settings["lists"].items()}
    if "extract" in settings:
        renamed["extract"] = {
            new.get(name, name): pattern.replace(f"(?P<{name}>", f"(?P<{new.get(name, name)}>")
            for name, pattern in settings["extract"].items()
        }
    return {"columns": columns} | renamed


def must_be_writable(columns: Mapping[str, str], path: Path) -> None:
    """Refuses columns that a config cannot name; `columns` has what each is used for.

    Raises:
        DatasetError: the name of a column has a "${", which is a reference in a config.
    """
    for use, name in columns.items():
        if "${" in name:
            raise DatasetError(f"{path}: the {use} column is called {name!r}, accepted: a name without ${{; rename it")
