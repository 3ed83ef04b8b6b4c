"""Which columns of the tables have the users, the items, their values and their times: a `dataset` section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from towhee_recsys.errors import DatasetError, close_match
from towhee_recsys.init.arguments import ARGUMENTS
from towhee_recsys.init.dataset import dataset_section, must_be_writable
from towhee_recsys.init.ids import Ids, Side, find_ids
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.sides import side_table
from towhee_recsys.init.table import SAMPLED, FoundTable, find_table
from towhee_recsys.init.times import find_time
from towhee_recsys.init.values import Settings, find_values

SIDES: dict[Side, str] = {"user": "users", "item": "items"}


@dataclass(frozen=True, eq=False)
class Declared:
    """A `dataset` section, and the tables that it declares.

    Attributes:
        section: The section; paths are seen from the working folder.
        tables: The tables by name; none where the section names a format, whose declaration says the rest.
    """

    section: dict[str, Any]
    tables: dict[str, FoundTable] = field(default_factory=dict)


def find_declaration(
    paths: Mapping[str, Path],
    columns: Mapping[str, str],
    choose: Callable[[list[Ids]], Ids] | None,
    notes: Notes,
    parts: Mapping[str, Path] = MappingProxyType({}),
) -> Declared:
    """The section for the files at `paths`; `columns` are those that are known, by their roles.

    Where the interactions come split, `paths` has those to train on, and `parts` the "validation" and the "test".

    Raises:
        DatasetError: a file is missing or unreadable, a known column is not there, or there are no interactions.
    """
    tables = {name: find_table(path, ARGUMENTS[name]) for name, path in paths.items() if name != "interactions"}
    interactions = tables["interactions"] = find_table(paths["interactions"], "INTERACTIONS", SAMPLED, parts)
    _must_be_there(interactions, columns)
    ids = _ids(tables, columns, choose, notes)
    time, unit = find_time(interactions, {ids.user, ids.item, *columns.values()}, columns.get("time"), notes)
    used = {ids.user, ids.item, *([time] if time else [])}
    values = find_values(interactions, used, columns, notes)
    sides = {
        name: side_table(name, tables[name], identifier, notes)
        for name, identifier in (("users", ids.users_id), ("items", ids.items_id))
        if name in tables and identifier is not None
    }
    settings = {name: side.settings() for name, side in sides.items()}
    settings["interactions"] = _settings(ids, time, unit, values)
    for name, table in tables.items():
        must_be_writable({key: each for key, each in settings[name].items() if isinstance(each, str)}, table.path)
    return Declared(dataset_section(tables, settings, notes), tables)


def _settings(ids: Ids, time: str | None, unit: str, values: Settings) -> dict[str, Any]:
    when: dict[str, Any] = {"time": time} if time else {}
    return {
        "user": ids.user,
        "item": ids.item,
        **values,
        **when,
        **({"time_unit": unit} if unit != "s" else {}),
    }


def _ids(
    tables: Mapping[str, FoundTable],
    columns: Mapping[str, str],
    choose: Callable[[list[Ids]], Ids] | None,
    notes: Notes,
) -> Ids:
    sides = {side: tables[name] for side, name in SIDES.items() if name in tables}
    forced = {side: columns[side] for side in SIDES if side in columns}
    ids, other = find_ids(tables["interactions"], sides, forced, notes)
    if other is not None and choose is not None:
        ids = choose([ids, other])
        notes.unsure.pop(("dataset", "interactions", "user"), None)
    for side, identifier in (("user", ids.users_id), ("item", ids.items_id)):
        if side in sides and identifier is None:
            column = ids.user if side == "user" else ids.item
            raise DatasetError(
                f"{sides[side].path}: no column has the ids that {column!r} of {tables['interactions'].path} has, "
                f"accepted: a table of {SIDES[side]} with an id in each row. Name the column of the interactions with "
                f"--{side}, or leave out --{SIDES[side]}."
            )
    return ids


def _must_be_there(interactions: FoundTable, columns: Mapping[str, str]) -> None:
    for role, name in columns.items():
        if name not in interactions.columns:
            raise DatasetError(
                f"{interactions.path}: --{role}: given {name!r}, accepted: "
                f"{', '.join(map(repr, interactions.columns))}.{close_match(name, interactions.columns)}"
            )
