"""Files in text whose cells are separated, by Python's own `csv`: pandas fills short rows without a warning."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import IO, Any

import pandas as pd

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import SKIP, BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.files import SEPARATORS, format_of, open_text
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError

CHUNK = 512
"""Rows that are turned into columns at a time: so few that the garbage collector has nothing to do."""

MOST_SHARED = 1 << 16
"""Distinct texts of a column that are shared in memory."""

WRONG_COLUMNS = f"name all columns of the file in `columns`, in their order; or {SKIP}"
"""The cure for a row that has not as many cells as columns are declared."""

_LINE_END = re.compile("\r\n|\r|\n")

Chunk = tuple[Sequence[int], list[list[str]]]
"""Rows, with the line of the file in which each begins."""


def read_delimited(path: Path, bad: BadRows, columns: Collection[str] | None, layout: TableFile) -> RawTable:
    """The table in a file in text, which has a header or the columns of `layout`; every cell is the text that is there.

    Raises:
        DatasetError: the file is unreadable, empty or has no proper header; or a row is malformed (strict reading).
    """
    with open_text(path, bad.reading.encoding) as text:
        reader = _reader(text, layout, SEPARATORS[format_of(path, layout)])
        _skip(text, layout.skip_lines, path)
        header = layout.columns or _header(reader, path, layout.skip_lines + 1)
        wanted = {name: at for at, name in enumerate(header) if name and (columns is None or name in columns)}
        cells: dict[str, list[str]] = {name: [] for name in wanted}
        known: dict[str, dict[str, str]] = {name: {} for name in wanted}
        numbers: array[int] = array("q")
        for lines, rows in _chunks(reader, bad, layout.skip_lines):
            _must_not_be_header(lines, rows, layout, path)
            lines, rows = _of_width(lines, rows, header, bad, WRONG_COLUMNS if layout.columns else "")
            numbers.extend(lines)
            fields = list(zip(*rows, strict=True))
            for name, at in wanted.items() if rows else ():
                cells[name].extend(_shared(fields[at], known[name]))
    series = {name: pd.Series(values, dtype=object) for name, values in cells.items()}
    return RawTable(str(path), [name for name in header if name], series, True, numbers, bad, bad.counts.total())


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


def _reader(text: IO[str], layout: TableFile, separator: str) -> Any:
    separator = layout.separator or separator
    if len(separator) > 1 or not layout.quotes:
        return _Split(text, separator)
    return csv.reader(text, delimiter=separator, strict=True)


def _must_not_be_header(lines: Sequence[int], rows: list[list[str]], layout: TableFile, path: Path) -> None:
    if rows and rows[0] == layout.columns and lines[0] == layout.skip_lines + 1:
        cure = f"leave `columns` out of the declaration, or set skip_lines: {layout.skip_lines + 1}"
        raise DatasetError(f"{path}:{lines[0]}: the row has the names of the columns; {cure}")


def _skip(text: IO[str], lines: int, path: Path) -> None:
    for number in range(lines):
        if not text.readline():
            raise DatasetError(f"{path} has {number} lines, so nothing is left after skip_lines: {lines}")


def _shared(cells: Sequence[str], known: dict[str, str]) -> Iterable[str]:
    """`cells`, with equal ones as one text in memory, unless the column has so many that this saves little."""
    return map(known.setdefault, cells, cells) if len(known) < MOST_SHARED else cells


def _header(reader: Any, path: Path, line: int) -> list[str]:
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
    return DatasetError(f"{path}:1: NUL bytes, as UTF-16 has them; save the file as UTF-8")


def _chunks(reader: Any, bad: BadRows, skipped: int) -> Iterator[Chunk]:
    """All rows, some at a time; a row whose quotes are wrong is refused, with all lines that it took.

    Before what `reader` reads there were `skipped` lines.
    """
    rows: list[list[str]] = [[]]
    while rows:
        rows, first, problem = [], reader.line_num + skipped + 1, None
        try:
            rows.extend(islice(reader, CHUNK))
        except csv.Error as error:  # the rows before it have been added
            problem = error
        last = reader.line_num + skipped
        if problem is None and last - first + 1 == len(rows):
            yield range(first, first + len(rows)), rows
            continue
        *lines, after = accumulate(map(_lines_of, rows), initial=first)
        yield lines, rows
        if problem is not None:
            details = f'the row cannot be read: {problem}; accepted: cells in double quotes, with "" for a quote inside'
            bad.refuse(BadLine("malformed row", details), after, max(1, last - after + 1))
            rows = rows or [[]]


def _lines_of(row: list[str]) -> int:
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row)


def _of_width(lines: Sequence[int], rows: list[list[str]], header: list[str], bad: BadRows, cure: str) -> Chunk:
    """The rows with as many cells as the header; others are refused, but blank lines are skipped."""
    width = len(header)
    if set(map(len, rows)) <= {width}:
        return lines, rows
    kept = []
    for number, row in zip(lines, rows, strict=True):
        if len(row) == width:
            kept.append((number, row))
        elif row:
            reason = "missing fields" if len(row) < width else "too many fields"
            names = shortened(", ".join(header))
            given = f"{reason}: given {len(row)}, accepted: {width} ({names}), in {shortened(row)}"
            bad.refuse(BadLine(reason, given, cure=cure), number)
    return [number for number, _ in kept], [row for _, row in kept]
