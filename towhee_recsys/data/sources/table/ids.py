"""Ids: all of one table are whole numbers of 64 bits, or texts as they came."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from towhee_recsys.data.items import IdType
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.data.sources.table.cells import LISTS, Cells, cells
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError

_ACCEPTED = "ids that are whole numbers or texts"
_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,18}")
"""What a whole number is written like; texts such as 007 or +7 would not come out as they came."""


@dataclass(frozen=True, eq=False)
class Known:
    """The ids of a table: int64[rows] or object[rows] of str, with the name of the table for messages."""

    ids: np.ndarray
    type: IdType
    table: str


def id_cells(raw: RawTable, column: str) -> Cells:
    """The ids in `column`, each an int or a str; rows without one are refused.

    Raises:
        DatasetError: values are neither whole numbers nor texts; or a row has no id (strict reading).
    """
    if not raw.is_text and (kinds := set(map(type, raw.columns[column])) & {dict, *LISTS}):
        raise DatasetError(f"{raw.name}: {column}: given a {kinds.pop().__name__}, accepted: {_ACCEPTED}")
    found = cells(raw.columns[column], raw.is_text)
    raw.refuse(found.missing, lambda _: BadLine(f"missing {column}", f"{column}: given nothing, accepted: an id"))
    return found if found.is_text else found._replace(values=[_plain(raw, column, value) for value in found.values])


def type_of(ids: Cells) -> IdType:
    """The kind that ids are of when they are all there are."""
    return "int" if ids.values and all(_is_whole(value, ids.is_text) for value in ids.values) else "text"


def as_type(value: int | str, kind: IdType) -> int | str | None:
    """The id `value` among ids of `kind`; None where there cannot be such a one."""
    if kind == "text":
        return str(value)
    return whole_number(value) if isinstance(value, str) else value


def whole_number(text: str) -> int | None:
    """The whole number of 64 bits that `text` is, if it is written as Python writes it."""
    if not _CANONICAL.fullmatch(text):
        return None
    number = int(text)
    return number if -(2**63) <= number < 2**63 else None


def array_of(ids: list[Any], kind: IdType) -> np.ndarray:
    """`ids` as int64[n], or as object[n] of str."""
    return np.array(ids, dtype=np.int64 if kind == "int" else object)


def unique_ids(raw: RawTable, column: str, noun: str, kind: IdType | None) -> Known:
    """The ids of a table whose rows each have one of their own; of `kind`, by default as they are found.

    Ids stand for the good rows and the bad ones alike. `noun` is what has such an id.

    Raises:
        DatasetError: as `id_cells`; or an id comes twice, or is not of `kind` (strict reading).
    """
    found = id_cells(raw, column)
    kind = kind or type_of(found)
    values = [as_type(value, kind) for value in found.values]
    raw.refuse(
        found.spread((value is None for value in values), False, bool),
        _problem(
            f"{column} not a whole number", f"{column}: given {{}}, accepted: a whole number, as all ids here", found
        ),
    )
    filler: Any = 0 if kind == "int" else ""
    ids = array_of([filler if value is None else value for value in [*values, None]], kind)[found.codes]
    again = np.zeros(len(ids), dtype=bool)
    again[raw.good] = pd.Series(ids[raw.good]).duplicated().to_numpy()
    raw.refuse(
        again, _problem(f"duplicate {noun}", f"{column}: given {{}}, which came before; accepted: each id once", found)
    )
    return Known(ids, kind, raw.name)


def rows_of(raw: RawTable, column: str, noun: str, known: Known | None) -> tuple[np.ndarray, Known]:
    """For each row of `raw` the row number of its id in `known`, by default in the distinct ids of `column`, sorted.

    Raises:
        DatasetError: as `id_cells`; or an id is not known (strict reading).
    """
    found = id_cells(raw, column)
    if known is None:
        kind = type_of(found)
        ids = sorted({as_type(value, kind) for value in found.values})  # type: ignore[type-var]
        known = Known(array_of(ids, kind), kind, raw.name)
    index: dict[int | str | None, int] = {each: row for row, each in enumerate(known.ids.tolist())}
    rows = found.spread((index.get(as_type(value, known.type), -1) for value in found.values), -1, np.int64)
    accepted = f"which is not in {known.table}; accepted: an id that is there"
    raw.refuse(rows < 0, _problem(f"unknown {noun}", f"{column}: given {{}}, {accepted}", found))
    return rows, known


def _problem(reason: str, details: str, found: Cells) -> Callable[[int], BadLine]:
    return lambda row: BadLine(reason, details.format(found.shown(row)))


def _is_whole(value: int | str, is_text: bool) -> bool:
    if isinstance(value, str):
        return is_text and whole_number(value) is not None
    return -(2**63) <= value < 2**63


def _plain(raw: RawTable, column: str, value: Any) -> int | str:
    if isinstance(value, Integral) and not isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # a column with gaps has its whole numbers as floats
    if isinstance(value, str):
        return value
    raise DatasetError(f"{raw.name}: {column}: given {value!r}, accepted: {_ACCEPTED}")
