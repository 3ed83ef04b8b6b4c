"""Interactions that come split: a file to train on, one to test on, and maybe one to choose by."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.data.interactions import TEST, TRAIN, VALIDATION, Interactions
from towhee_recsys.data.items import IdType
from towhee_recsys.data.pairs import pair_keys
from towhee_recsys.data.sources.bad_rows import SKIP, BadRows
from towhee_recsys.data.sources.table.ids import Known, array_of, as_type
from towhee_recsys.data.sources.table.interactions import LoadedInteractions, read_interactions
from towhee_recsys.errors import DatasetError

logger = logging.getLogger("towhee_recsys.data")

SETTINGS = {"path": TRAIN, "validation": VALIDATION, "test": TEST}
"""The setting that names the file of each part, in their order."""

AGAIN = "in an earlier part"
"""Why a row is skipped whose pair of a user and an item is in an earlier part; no limit counts it."""


def files_of(schema: DataSchema) -> dict[str, Path]:
    """The files of the parts that are not for training, by their settings below `dataset`."""
    declared = schema.interactions
    if "interactions" in schema.tables:
        return {}
    names = {name: getattr(declared, name) for name in SETTINGS if name != "path"}
    folder = Path(schema.path or "")
    return {f"interactions.{name}": folder / os.path.expanduser(file) for name, file in names.items() if file}


def read_split(schema: DataSchema, users: Known | None, items: Known | None) -> LoadedInteractions:
    """As `read_interactions`, of all parts where the interactions come split: first those to train on.

    Raises:
        DatasetError: as `read_interactions`; or a pair of a user and an item is in two parts (strict reading). Lenient
            reading leaves it out of the later one.
    """
    if not files_of(schema):
        return read_interactions(schema, users, items)
    found = {part: read_interactions(each, users, items) for part, each in _of_parts(schema).items()}
    all_users, user_rows = _united([each.users for each in found.values()], users)
    all_items, item_rows = _united([each.items for each in found.values()], items)
    parts = [each.interactions for each in found.values()]
    whole = Interactions(
        np.concatenate([rows[part.users] for rows, part in zip(user_rows, parts, strict=True)]).astype(np.int32),
        np.concatenate([rows[part.items] for rows, part in zip(item_rows, parts, strict=True)]).astype(np.int32),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.times for part in parts]),
        np.repeat(np.array(list(found), dtype=np.int8), [len(part) for part in parts]),
    )
    bad = [each.bad for each in found.values()]
    again = _in_earlier_part(whole)
    if again.any():
        if bool(schema.strict):
            raise _again(whole, again, all_users, all_items, bad)
        for table, part in zip(bad, found, strict=True):
            if count := int((again & (whole.parts == part)).sum()):
                _leave_out(count, table)
        whole = whole.at(~again)
    return LoadedInteractions(whole, all_users, all_items, bad[0], bad_later=bad[1:])


def _of_parts(schema: DataSchema) -> dict[int, DataSchema]:
    """For each part the declaration of its file alone."""
    declared = schema.interactions
    files = {part: getattr(declared, name) for name, part in SETTINGS.items() if getattr(declared, name)}
    alone: dict[str, Any] = {"validation": None, "test": None}
    return {
        part: schema.model_copy(update={"interactions": declared.model_copy(update={**alone, "path": file})})
        for part, file in files.items()
    }


def _united(parts: list[Known], given: Known | None) -> tuple[Known, list[np.ndarray]]:
    """The ids of all parts, sorted, and for each part the row of each of its ids; the `given` ids stay as they are."""
    if given is not None:
        return given, [np.arange(len(given.ids))] * len(parts)
    kind: IdType = "int" if all(each.type == "int" for each in parts) else "text"
    ids = [array_of([as_type(value, kind) for value in each.ids.tolist()], kind) for each in parts]
    united, rows = np.unique(np.concatenate(ids), return_inverse=True)
    return Known(united, kind, parts[0].table), np.split(rows, np.cumsum([len(each) for each in ids])[:-1])


def _in_earlier_part(whole: Interactions) -> np.ndarray:
    assert whole.parts is not None
    keys = pair_keys(whole.users, whole.items)
    return np.logical_or.reduce(
        [(whole.parts == part) & np.isin(keys, keys[whole.parts < part]) for part in (VALIDATION, TEST)]
    )


def _leave_out(count: int, table: BadRows) -> None:
    table.counts[AGAIN] += count
    warning = f"{table.name}: rows skipped: {count:,} x {AGAIN}"
    table.warning = "; ".join(filter(None, [table.warning, warning]))
    logger.warning("%s", warning)


def _again(whole: Interactions, again: np.ndarray, users: Known, items: Known, bad: list[BadRows]) -> DatasetError:
    assert whole.parts is not None
    row = int(np.flatnonzero(again)[0])
    [user], [item] = users.ids[whole.users[[row]]].tolist(), items.ids[whole.items[[row]]].tolist()
    name = bad[np.unique(whole.parts).tolist().index(whole.parts[row])].name
    return DatasetError(
        f"{name}: user {user!r} and item {item!r} are in an earlier part, too, as {int(again.sum()):,} pairs are; "
        f"accepted: each pair in one part, so that no test is known from training. {SKIP[0].upper()}{SKIP[1:]}"
    )
