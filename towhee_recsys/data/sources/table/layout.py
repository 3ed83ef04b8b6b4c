"""How a file in text is laid out: what separates its cells, and the names of its columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.table.files import SEPARATORS, archive_of, format_of, open_text
from towhee_recsys.errors import DatasetError


def read_header(path: Path, encoding: str, layout: TableFile) -> tuple[list[str], int, str]:
    """The names of a file's columns, how many lines there are before its rows, and what separates cells.

    Raises:
        DatasetError: the file is unreadable, empty or has no proper header.
    """
    separator = separator_of(path, layout)
    with open_text(path, encoding) as text:
        reader = row_reader(text, layout, separator)
        skip_lines(text, layout.skip_lines, path)
        header = layout.columns or header_of(reader, path, layout.skip_lines + 1)
        return header, layout.skip_lines + reader.line_num, separator


def separator_of(path: Path, layout: TableFile) -> str:
    """What separates the cells of a file in text."""
    return layout.separator or SEPARATORS[format_of(path, layout)]


def skip_lines(text: IO[str], lines: int, path: Path) -> None:
    """Reads `lines` lines that are no rows.

    Raises:
        DatasetError: there are fewer.
    """
    for number in range(lines):
        if not text.readline():
            raise DatasetError(f"{path} has {number} lines, so nothing is left after skip_lines: {lines}")


def header_of(reader: Any, path: Path, line: int) -> list[str]:
    """The names of the columns, from the first row that is not blank; `line` is the number of the first line.

    Raises:
        DatasetError: there is none, it is malformed, or it has a name twice.
    """
    try:
        header: list[str] = next((row for row in reader if row), [])
    except csv.Error as error:
        if "NUL" in str(error):  # Python 3.10 refuses the line
            raise _has_nul(path) from None
        raise DatasetError(f"{path}:{line}: the row with the names of the columns cannot be read: {error}") from None
    if not any(name.strip() for name in header):
        raise DatasetError(f"{path} is empty; the first row must have the names of the columns")
    if any("\0" in name for name in header):
        raise _has_nul(path)
    if twice := next((name for name in header if name and header.count(name) > 1), None):
        raise DatasetError(f"{path}:{line}: the column {twice!r} is there twice; rename one of them")
    return header


def _has_nul(path: Path) -> DatasetError:
    return archive_of(path) or DatasetError(f"{path}:1: NUL bytes, as UTF-16 has them; save the file as UTF-8")


class _Split:
    """The rows of a text without quotes, as `csv.reader` gives them."""

    def __init__(self, text: Iterable[str], separator: str) -> None:
        self.line_num = 0
        self._lines, self._separator = iter(text), separator

    def __iter__(self) -> Iterator[list[str]]:
        return self

    def __next__(self) -> list[str]:
        line = next(self._lines).rstrip("\r\n")
        self.line_num += 1
        return line.split(self._separator) if line else []


def row_reader(text: IO[str], layout: TableFile, separator: str) -> Any:
    """The rows of a text, each a list of cells; `line_num` counts the lines that are read, as in `csv.reader`."""
    if len(separator) > 1 or not layout.quotes:
        return _Split(text, separator)
    return csv.reader(text, delimiter=separator, strict=True)
