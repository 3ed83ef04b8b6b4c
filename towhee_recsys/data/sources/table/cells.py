"""The distinct values of a column: a million cells repeat few values, and each is parsed once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from towhee_recsys.data.sources.lines import shortened

LISTS = (list, tuple, set, frozenset, np.ndarray)


class Cells(NamedTuple):
    """The cells of a column.

    `codes` are integers, the position of each cell's value in `values`, or -1 where it is missing. `is_text` is
    whether values are texts as in a CSV file, whose types are found by content, or whole numbers as Python writes them.
    """

    codes: np.ndarray
    values: list[Any]
    is_text: bool

    @property
    def missing(self) -> np.ndarray:
        """bool[rows]: where there is nothing."""
        return self.codes < 0

    def spread(self, of_values: Iterable[Any], missing: Any, dtype: Any) -> np.ndarray:
        """An array over the rows, with something for each value and for what is missing."""
        return np.fromiter([*of_values, missing], dtype=dtype, count=len(self.values) + 1)[self.codes]

    def shown(self, row: int) -> str:
        """The cell in `row` as messages show it."""
        code = self.codes[row]
        return "nothing" if code < 0 else shortened(self.values[code])


def cells(column: pd.Series, is_text: bool) -> Cells:
    """The distinct values of `column`, in the order in which they come; what is empty or blank is missing."""
    if is_text and isinstance(column.dtype, pd.CategoricalDtype):
        codes, values = column.cat.codes.to_numpy(), column.cat.categories.tolist()
    else:
        codes, found = pd.factorize(column if is_text or _is_numeric(column) else _hashable(column.astype(object)))
        values = found.tolist()
    blank = [code for code, value in enumerate(values) if isinstance(value, str) and not value.strip()]
    if blank:
        codes = np.where(np.isin(codes, blank), -1, codes)
    return Cells(codes, values, is_text)


def has_lists(column: pd.Series) -> bool:
    """Whether cells of `column` are lists."""
    return column.dtype == object and any(isinstance(value, LISTS) for value in column)


def _is_numeric(column: pd.Series) -> bool:
    return isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"


def _hashable(column: pd.Series) -> pd.Series:
    """`column` with texts where a hash does not distinguish values: mappings, or truth values among numbers."""
    kinds = set(map(type, column))
    if kinds & {dict, *LISTS}:
        return column.map(lambda value: _as_json(value) if isinstance(value, (dict, *LISTS)) else value)
    if bool in kinds and kinds & {int, float}:
        return column.map(lambda value: str(value) if isinstance(value, bool) else value)
    return column


def _as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
