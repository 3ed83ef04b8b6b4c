"""Vocabularies: from raw values to rows of an embedding table, in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

UNKNOWN = 0
"""The row of every value that was not known when the vocabulary was made."""

PADDING = 0
"""The row at the end of a text or a history that is shorter than the array: its embedding is 0."""


class Vocabulary:
    """Distinct values in sorted order; value `i` has row `i + 1`, and row 0 is that of unknown values.

    Values are compared as text, exactly: `42` and `"42"` are one value, `"042"` is another.
    """

    def __init__(self, values: Iterable[Any]):
        self.values = sorted(sorted({str(value) for value in values}), key=len)  # equally long ones as text
        self._rows = {value: row for row, value in enumerate(self.values, start=1)}

    def __len__(self) -> int:
        """The number of rows, that of unknown values included."""
        return len(self.values) + 1

    def __contains__(self, value: object) -> bool:
        return str(value) in self._rows

    def row(self, value: Any) -> int:
        """The row of one value; `UNKNOWN` for None and for values never seen."""
        return UNKNOWN if value is None else self._rows.get(str(value), UNKNOWN)

    def rows(self, values: Iterable[Any]) -> np.ndarray:
        """The rows of `values`: int64[n]."""
        row_of = self._rows.get
        return np.fromiter((UNKNOWN if value is None else row_of(str(value), UNKNOWN) for value in values), np.int64)
