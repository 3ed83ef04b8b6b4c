"""What is in a column: how many values, how many of them differ, and of what kind they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from towhee_recsys.data.sources.table.cells import Cells, cells, has_lists

Kind = Literal["empty", "whole", "decimal", "boolean", "date", "list", "text"]

NEARLY_ALL = 0.95
"""A column is of a kind where this share of its cells is; the readers skip the others as bad rows."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        name: Its name.
        at: Its position in the table.
        kind: What nearly all of its cells are.
        rows: The number of cells.
        values: The distinct values, in the order in which they come; missing ones are not among them.
        codes: int64[rows], the position of each cell in `values`; -1 where it is missing.
        numbers: float64[values], NaN where a value is no number.
        is_text: Whether cells are texts, as in a CSV file.
    """

    name: str
    at: int
    kind: Kind
    rows: int
    values: list[Any]
    codes: np.ndarray
    numbers: np.ndarray
    is_text: bool

    @classmethod
    def of(cls, name: str, at: int, series: pd.Series, is_text: bool) -> Column:
        """The column with the cells of `series`."""
        if not is_text and has_lists(series):
            return cls(name, at, "list", len(series), [], np.full(len(series), -1), np.zeros(0), False)
        found = cells(series, is_text)
        numbers = np.fromiter(map(number_in, found.values), np.float64, len(found.values))
        return cls(name, at, _kind(found, numbers), len(series), found.values, found.codes, numbers, is_text)

    @property
    def counts(self) -> np.ndarray:
        """int64[values]: how many cells have each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))

    @property
    def filled(self) -> int:
        """The number of cells that are not missing."""
        return int((self.codes >= 0).sum())

    @property
    def distinct(self) -> int:
        """The number of distinct values."""
        return int((self.counts > 0).sum())

    @property
    def repeats(self) -> float:
        """How many cells a value has on average."""
        return self.filled / max(1, self.distinct)

    @property
    def is_numeric(self) -> bool:
        """Whether nearly all cells are numbers."""
        return self.kind in ("whole", "decimal")

    def texts(self) -> set[str]:
        """The distinct values as ids are compared: as texts."""
        return {_as_id(value) for value in self.values}


def number_in(value: Any) -> float:
    """The number that `value` is, as the readers read it; NaN where it is none."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else math.nan
    if isinstance(value, (bool, np.bool_)):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _as_id(value: Any) -> str:
    is_whole = isinstance(value, (float, np.floating)) and math.isfinite(value) and value == int(value)
    return str(int(value)) if is_whole else str(value)


def _kind(found: Cells, numbers: np.ndarray) -> Kind:
    if not found.values or bool(found.missing.all()):
        return "empty"
    counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.values))
    kinds: Counter[Kind] = Counter()
    for value, number, count in zip(found.values, numbers.tolist(), counts.tolist(), strict=True):
        kinds[_kind_of(value, number)] += count
    kinds["decimal"] += kinds["whole"] if kinds["decimal"] else 0  # 4 among 4.5 and 3.5
    kind, count = kinds.most_common(1)[0]
    return kind if count >= NEARLY_ALL * counts.sum() else "text"


def _kind_of(value: Any, number: float) -> Kind:
    if isinstance(value, (bool, np.bool_)):
        return "boolean"
    if isinstance(value, str):
        text = value.strip()
        if text.lower() in ("true", "false"):
            return "boolean"
        if _DATE.fullmatch(text):
            return "date"
        if math.isfinite(number):
            return "whole" if _WHOLE.fullmatch(text) else "decimal"
        return "text"
    if hasattr(value, "isoformat"):
        return "date"
    return "text" if not math.isfinite(number) else "whole" if number.is_integer() else "decimal"
