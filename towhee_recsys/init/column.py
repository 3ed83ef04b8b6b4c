"""What is in a column: how many values, how many of them differ, and of what kind they are."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from towhee_recsys.data.sources.table.cells import cells, has_lists
from towhee_recsys.data.sources.table.values import number_in
from towhee_recsys.data.times import ISO_TIME

Kind = Literal["empty", "whole", "decimal", "boolean", "date", "list", "text"]

NEARLY_ALL = 0.95
"""A column is of a kind where this share of its cells is; the readers skip the others as bad rows."""

_WHOLE = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a table.

    Attributes:
        name: Its name.
        at: Its position in the table.
        kind: What nearly all of its cells are.
        rows: The number of cells.
        values: The distinct values, in the order in which they come; missing ones are not among them.
        counts: int64[values], how many cells have each.
        numbers: float64[values], NaN where a value is no number.
        runs: How often the value changes from a row to the next, and 1.
    """

    name: str
    at: int
    kind: Kind
    rows: int
    values: list[Any]
    counts: np.ndarray
    numbers: np.ndarray
    runs: int

    @classmethod
    def of(cls, name: str, at: int, series: pd.Series, is_text: bool) -> Column:
        """The column with the cells of `series`."""
        if not is_text and has_lists(series):
            return cls(name, at, "list", len(series), [], np.zeros(0, np.int64), np.zeros(0), len(series))
        found = cells(series, is_text)
        runs = 1 + int((np.diff(found.codes) != 0).sum()) if len(series) else 0
        counts = np.bincount(found.codes[found.codes >= 0], minlength=len(found.values))
        return cls.counted(name, at, dict(zip(found.values, counts.tolist(), strict=True)), len(series), runs)

    @classmethod
    def counted(cls, name: str, at: int, counts: Mapping[Any, int], rows: int, runs: int) -> Column:
        """The column with so many cells of each value, and `rows` with the missing ones."""
        kept = {value: count for value, count in counts.items() if count}
        values, numbers = list(kept), np.fromiter(map(number_in, kept), np.float64, len(kept))
        often = np.fromiter(kept.values(), np.int64, len(kept))
        return cls(name, at, _kind(values, numbers, often), rows, values, often, numbers, runs)

    @property
    def filled(self) -> int:
        """The number of cells that are not missing."""
        return int(self.counts.sum())

    @property
    def distinct(self) -> int:
        """The number of distinct values."""
        return len(self.values)

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


def _as_id(value: Any) -> str:
    is_whole = isinstance(value, (float, np.floating)) and math.isfinite(value) and value == int(value)
    return str(int(value)) if is_whole else str(value)


def _kind(values: list[Any], numbers: np.ndarray, counts: np.ndarray) -> Kind:
    if not values:
        return "empty"
    kinds: Counter[Kind] = Counter()
    for value, number, count in zip(values, numbers.tolist(), counts.tolist(), strict=True):
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
        if ISO_TIME.fullmatch(text):
            return "date"
        if math.isfinite(number):
            return "whole" if _WHOLE.fullmatch(text) else "decimal"
        return "text"
    if hasattr(value, "isoformat"):
        return "date"
    return "text" if not math.isfinite(number) else "whole" if number.is_integer() else "decimal"
