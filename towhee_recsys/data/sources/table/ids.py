"""Ids: all of one table are whole numbers of 64 bits, or texts as they came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
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
    series = raw.columns[column]
    if series.dtype == object and not raw.is_text and (kinds := set(map(type, series)) & {bool, dict, *LISTS}):
        raise DatasetError(f"{raw.name}: {column}: given a {kinds.pop().__name__}, accepted: {_ACCEPTED}")
    found = cells(series, raw.is_text)
    raw.refuse(found.missing, lambda _: BadLine(f"missing {column}", f"{column}: given nothing, accepted: an id"))
    return found if found.is_text else found._replace(values=[_plain(raw, column, value) for value in found.values])


def type_of(ids: Iterable[int | str], is_text: bool) -> IdType:
    """The kind that `ids` are of when they are all there are; `is_text` as in `Cells`."""
    found = [each for each in ids if not (isinstance(each, str) and not each.strip())]
    return "int" if found and all(_is_whole(each, is_text) for each in found) else "text"


def as_type(value: int | str, kind: IdType) -> int | str | None:
    """The id `value` among ids of `kind`; None where it cannot be an id of that kind."""
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
    kind = kind or type_of(found.values, found.is_text)
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


class RowNumbers:
    """The row numbers of the ids in a column that is read in parts: in the `known` ids, or in all that come.

    Ids that are not known before are numbered as they come, until `finish` sorts them.
    """

    def __init__(self, column: str, noun: str, known: Known | None) -> None:
        self._column, self._noun, self._known, self._is_text, self._table = column, noun, known, True, ""
        ids = [] if known is None else known.ids.tolist()
        self._rows: dict[int | str, int] = {each: row for row, each in enumerate(ids)}

    def of(self, raw: RawTable) -> np.ndarray:
        """For each row of `raw` the number of its id, int32[rows]; -1 where the row is refused.

        Raises:
            DatasetError: as `id_cells`; or an id is not known (strict reading).
        """
        found = id_cells(raw, self._column)
        self._is_text, self._table = raw.is_text, raw.name
        if (known := self._known) is None:
            self._number(found)
            return found.spread((self._rows.get(value, -1) for value in found.values), -1, np.int32)
        ids = (as_type(value, known.type) for value in found.values)
        rows = found.spread((-1 if each is None else self._rows.get(each, -1) for each in ids), -1, np.int32)
        accepted = f"which is not in {known.table}; accepted: an id that is there"
        raw.refuse(rows < 0, _problem(f"unknown {self._noun}", f"{self._column}: given {{}}, {accepted}", found))
        return rows

    def _number(self, found: Cells) -> None:
        for value in found.values:
            if value not in self._rows and not (isinstance(value, str) and not value.strip()):
                self._rows[value] = len(self._rows)

    def finish(self, rows: np.ndarray) -> tuple[np.ndarray, Known]:
        """`rows`, which `of` has given, as rows of the ids that are returned with them: known ones, or sorted ones."""
        if self._known is not None:
            return rows, self._known
        kind = type_of(self._rows, self._is_text)
        final, ids = pd.factorize(array_of([as_type(each, kind) for each in self._rows], kind), sort=True)
        return final.astype(np.int32)[rows], Known(ids, kind, self._table)


def _problem(reason: str, details: str, found: Cells) -> Callable[[int], BadLine]:
    return lambda row: BadLine(reason, details.format(found.shown(row)))


def _is_whole(value: int | str, is_text: bool) -> bool:
    if isinstance(value, str):
        return is_text and whole_number(value) is not None
    return -(2**63) <= value < 2**63


def _is_encodable(text: str) -> bool:
    """Whether `text` can be stored: half a character, a lone surrogate, cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _plain(raw: RawTable, column: str, value: Any) -> int | str:
    if isinstance(value, Integral) and not isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)  # a column with gaps has its whole numbers as floats
    if isinstance(value, str) and _is_encodable(value):
        return value
    raise DatasetError(f"{raw.name}: {column}: given {value!r}, accepted: {_ACCEPTED}")
