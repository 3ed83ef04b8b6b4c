"""A table as it is found: where it is, how its text is laid out, and its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.table.cells import cells
from towhee_recsys.data.sources.table.files import FORMATS, SEPARATORS, must_exist, suffix_of
from towhee_recsys.data.sources.table.load import load_parts, load_regular_parts
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.regular import NotRegularError
from towhee_recsys.errors import DatasetError
from towhee_recsys.init.column import Column
from towhee_recsys.init.layout import Encoding, encoding_of, layout_of

SAMPLED = 100_000
"""The rows of interactions by which columns are told apart."""

ALL_ROWS = 1 << 62
PART = 1 << 20
"""The rows that are counted at a time."""

MOST_COUNTED = 200_000
"""The most distinct values that are counted; of more of them, those that come first are enough."""


@dataclass(frozen=True, eq=False)
class FoundTable:
    """A table in a file.

    Attributes:
        path: The file.
        layout: How its text is laid out.
        encoding: The encoding of its text.
        columns: What is in each column, of all rows or the first ones.
        parts: Other files of the same layout, by the settings of interactions that come split.
    """

    path: Path
    layout: TableFile
    encoding: Encoding
    columns: dict[str, Column]
    parts: Mapping[str, Path] = field(default_factory=dict)

    def whole(self, name: str) -> Column:
        """The column `name` of all rows of all files, which are read a number of rows at a time.

        Raises:
            DatasetError: the file cannot be read.
        """
        at, files = self.columns[name].at, (self.path, *self.parts.values())
        schemas = [_schema(path, self.layout, self.encoding) for path in files]
        regular = (load_regular_parts(each, "interactions", [name], PART) for each in schemas)
        try:
            return _counted(name, at, chain.from_iterable(regular))
        except (NotRegularError, DatasetError):  # a row is malformed: the exact reader skips it
            parts = (load_parts(each, "interactions", [name], PART) for each in schemas)
            return _counted(name, at, chain.from_iterable(parts))


def find_table(
    path: Path, argument: str, rows: int = ALL_ROWS, parts: Mapping[str, Path] = MappingProxyType({})
) -> FoundTable:
    """The table in the file at `path`; its columns are those of about the first `rows`, by default of all.

    `argument` names the file in messages; `parts` are other files of the same table, whose layout is that of the first.

    Raises:
        DatasetError: there is no such file, it cannot be read, or it has no rows.
    """
    is_text = suffix_of(path) not in FORMATS or suffix_of(path) in SEPARATORS
    must_exist(path, argument, TableFile(separator=",") if is_text else TableFile(), "the working folder")
    encodings = {encoding_of(each) for each in (path, *parts.values()) if suffix_of(each) != ".parquet"}
    encoding: Encoding = "latin-1" if "latin-1" in encodings else "utf-8"
    layout = layout_of(path, encoding) if is_text else TableFile()
    raw = next(load_parts(_schema(path, layout, encoding), "interactions", None, rows))
    if not len(raw.numbers):
        raise DatasetError(f"{path} has no rows that can be read; a table has a row with names, and rows below it")
    columns = {name: Column.of(name, at, series, raw.is_text) for at, (name, series) in enumerate(raw.columns.items())}
    return FoundTable(path, layout, encoding, columns, parts)


def _schema(path: Path, layout: TableFile, encoding: Encoding) -> DataSchema:
    """The declaration of the file, in which any row may be bad."""
    table = InteractionsTable(path=str(path), **layout.model_dump(exclude={"path"}))
    return DataSchema(interactions=table, encoding=encoding, strict=False, max_bad_share=1.0)


def _counted(name: str, at: int, parts: Iterable[RawTable]) -> Column:
    counts: Counter[Any] = Counter()
    rows = 0
    for part in parts:
        found = cells(part.columns[name], part.is_text)
        of_part = np.bincount(found.codes[found.codes >= 0], minlength=len(found.values)).tolist()
        values = map(str, found.values) if part.is_text else found.values
        for value, count in zip(values, of_part, strict=True):
            if len(counts) < MOST_COUNTED or value in counts:
                counts[value] += count
        rows += len(part.numbers)
    return Column.counted(name, at, counts, rows, rows)
