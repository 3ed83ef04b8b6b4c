"""The table of users or of items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from towhee_recsys.config.tables import ItemsTable, UsersTable
from towhee_recsys.data.expiry import expiry_times
from towhee_recsys.data.items import FieldType, IdType
from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.columns import convert
from towhee_recsys.data.sources.table.ids import Known, unique_ids
from towhee_recsys.data.sources.table.made import columns_in_file, make_columns
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.times import accepted_times


@dataclass(frozen=True, eq=False)
class Side:
    """The good rows of a table of users or items, the types of its columns, the counts of bad rows, and its digest."""

    frame: pd.DataFrame
    types: dict[str, FieldType]
    known: Known
    bad: BadRows | None = None
    digest: bytes | None = None


def read_side(
    raw: RawTable,
    declared: UsersTable,
    key: str,
    types: Mapping[str, FieldType] | None = None,
    id_type: IdType | None = None,
) -> Side:
    """The rows of `raw`, which the section `key` of the config declares; columns are of `types`, or as they are found.

    Raises:
        DatasetError: a declared column is missing, a row is bad (strict reading), or too many are (lenient reading).
    """
    raw.must_have(columns_in_file(declared, key))
    make_columns(raw, declared, key)
    noun = key.rpartition(".")[2].rstrip("s")
    known = unique_ids(raw, declared.id, noun, id_type)
    wanted = dict(types or {})
    if isinstance(declared, ItemsTable) and declared.title:
        wanted[declared.title] = "text"  # a title of digits is a title, too
    converted = {
        name: convert(raw, name, declared.lists.get(name), wanted.get(name))
        for name in raw.columns
        if name != declared.id
    }
    if isinstance(declared, ItemsTable) and declared.expires:
        _check_times(raw, declared.expires, declared.time_unit)
    raw.close()
    columns = {name: known.ids if name == declared.id else converted[name][0] for name in raw.columns}
    found: dict[str, FieldType] = {name: kind for name, (_, kind) in converted.items()}
    good = Known(known.ids[raw.good], known.type, known.table)
    frame = pd.DataFrame(columns)[raw.good].reset_index(drop=True)
    return Side(frame, {declared.id: _field_type(known.type), **found}, good, raw.bad, raw.digest)


def _check_times(raw: RawTable, column: str, unit: str) -> None:
    """Refuses the rows whose cell in `column` is neither a time nor empty. Raises DatasetError (strict reading)."""
    cells = raw.columns[column].tolist()
    wrong = np.zeros(len(cells), dtype=bool)
    wrong[expiry_times(cells, unit)[1]] = True
    accepted = f"{accepted_times(unit)}, or nothing where it never expires"
    raw.refuse(
        wrong,
        lambda row: BadLine("time not readable", f"{column}: given {shortened(cells[row])}, accepted: {accepted}"),
    )


def of_ids(known: Known, column: str) -> Side:
    """A table of ids alone, for users or items that have no table."""
    return Side(pd.DataFrame({column: known.ids}), {column: _field_type(known.type)}, known)


def _field_type(id_type: IdType) -> FieldType:
    return "number" if id_type == "int" else "text"
