"""A table as it is found: where it is, how its text is laid out, and its columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.table.files import FORMATS, SEPARATORS, must_exist
from towhee_recsys.data.sources.table.load import load_file
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError
from towhee_recsys.init.column import Column
from towhee_recsys.init.layout import Encoding, encoding_of, layout_of, suffix_of

SAMPLED = 100_000
"""The rows of interactions by which columns are told apart."""


@dataclass(frozen=True, eq=False)
class FoundTable:
    """A table in a file.

    Attributes:
        path: The file.
        layout: How its text is laid out.
        encoding: The encoding of its text.
        columns: What is in each column, of all rows or the first ones.
        rows: The number of all rows, with those that cannot be read.
    """

    path: Path
    layout: TableFile
    encoding: Encoding
    columns: dict[str, Column]
    rows: int

    def read(self, columns: Collection[str] | None = None) -> RawTable:
        """All rows, with some or all of the columns.

        Raises:
            DatasetError: the file cannot be read.
        """
        return _load(self.path, self.layout, self.encoding, columns)


def find_table(path: Path, rows: int | None = None) -> FoundTable:
    """The table in the file at `path`; its columns are those of the first `rows`, by default of all.

    Raises:
        DatasetError: there is no such file, it cannot be read, or it has no rows.
    """
    is_text = suffix_of(path) not in FORMATS or suffix_of(path) in SEPARATORS
    must_exist(path, "the argument", TableFile(separator=",") if is_text else TableFile())
    encoding: Encoding = "utf-8"
    layout = TableFile()
    if suffix_of(path) != ".parquet":
        encoding = encoding_of(path)
    if is_text:
        layout = layout_of(path, encoding)
    raw = _load(path, layout, encoding, None)
    if not len(raw.numbers):
        raise DatasetError(f"{path} has no rows that can be read; a table has a row with names, and rows below it")
    columns = {
        name: Column.of(name, at, series.iloc[:rows], raw.is_text)
        for at, (name, series) in enumerate(raw.columns.items())
    }
    return FoundTable(path, layout, encoding, columns, len(raw.numbers) + raw.bad_before)


def _load(path: Path, layout: TableFile, encoding: str, columns: Collection[str] | None) -> RawTable:
    lenient = Reading(strict=False, max_bad_share=1, encoding=encoding)
    return load_file(path, str(path), lenient, layout, columns)
