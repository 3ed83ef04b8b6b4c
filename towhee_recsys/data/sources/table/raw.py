"""A table as it was read, before its cells are checked and converted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.declared import Named, missing_columns
from towhee_recsys.data.sources.lines import BadLine
from towhee_recsys.errors import DeclarationError, bulleted


@dataclass(eq=False)
class RawTable:
    """The columns of a table, all of one length.

    Attributes:
        name: What messages call the table: its path, or the setting of a data frame.
        names: The names of all columns that are there.
        columns: The columns that were read, by name.
        is_text: Whether cells are texts as in a CSV file, so that their types are found by content.
        numbers: The number of each row in messages: its line in a text file, else counted from 1.
        bad: Where bad rows are counted.
        bad_before: How many rows were bad already when the file was parsed; they are not among `columns`.
        digest: SHA-256 over the content up to here, of a table whose source cannot be hashed but by reading it.
        good: bool[rows], the rows that no check has refused yet.
    """

    name: str
    names: Sequence[str]
    columns: dict[str, pd.Series]
    is_text: bool
    numbers: Sequence[int]
    bad: BadRows
    bad_before: int = 0
    digest: bytes | None = None
    good: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.numbers), dtype=bool)

    def must_have(self, named: Iterable[Named]) -> None:
        """Refuses a table without declared columns; `named` has each setting with the column that it names.

        Raises:
            DeclarationError: columns are missing; all are named.
        """
        if problems := missing_columns(named, self.names):
            accepted = f"Accepted: {', '.join(map(repr, self.names)) or 'none, it has no columns'}"
            if len(self.names) == 1 and ";" in self.names[0]:
                accepted = f"Its columns are separated by semicolons; set separator: ; for this table. {accepted}"
            raise DeclarationError(bulleted(problems, f"{self.name}:", accepted))

    def refuse(self, mask: np.ndarray, problem: Callable[[int], BadLine]) -> None:
        """Refuses the rows where `mask` is true; `problem` describes the one at a position.

        Raises:
            DatasetError: there is such a row, and reading is strict.
        """
        rows = np.flatnonzero(mask & self.good)
        if len(rows):
            self.bad.refuse(problem(int(rows[0])), self.numbers[rows[0]], len(rows))
            self.good[rows] = False

    def close(self) -> None:
        """Ends the checks.

        Raises:
            DatasetError: no row is good, or too many are bad.
        """
        self.bad.close(len(self.numbers) + self.bad_before)
