"""Files in text whose cells are separated, by Python's own `csv`: pandas fills short rows without a warning."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import SKIP, BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.files import open_text
from towhee_recsys.data.sources.table.layout import header_of, row_reader, separator_of, skip_lines
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


def read_delimited(
    path: Path, bad: BadRows, columns: Collection[str] | None, layout: TableFile, size: int | None
) -> Iterator[RawTable]:
    """The table in a file in text, in parts of about `size` rows, or as a whole; every cell is the text that is there.

    The names of the columns are in the header of the file, or those of `layout`.

    Raises:
        DatasetError: the file is unreadable, empty or has no proper header; or a row is malformed (strict reading).
    """
    with open_text(path, bad.reading.encoding) as text:
        reader = row_reader(text, layout, separator_of(path, layout))
        skip_lines(text, layout.skip_lines, path)
        header = layout.columns or header_of(reader, path, layout.skip_lines + 1)
        names = [name for name in header if name]
        wanted = {name: at for at, name in enumerate(header) if name and (columns is None or name in columns)}
        part, bad_before = _Part(wanted), 0

        def table() -> RawTable:
            return RawTable(str(path), names, part.series(), True, part.numbers, bad, bad.counts.total() - bad_before)

        for lines, rows in _chunks(reader, bad, layout.skip_lines):
            _must_not_be_header(lines, rows, layout, path)
            part.add(*_of_width(lines, rows, header, bad, WRONG_COLUMNS if layout.columns else ""))
            if size is not None and len(part.numbers) >= size:
                yield table()
                part, bad_before = _Part(wanted), bad.counts.total()
        yield table()


class _Part:
    """Rows that are collected by column."""

    def __init__(self, wanted: dict[str, int]) -> None:
        self.numbers: array[int] = array("q")
        self._wanted = wanted
        self._cells: dict[str, list[str]] = {name: [] for name in wanted}
        self._known: dict[str, dict[str, str]] = {name: {} for name in wanted}

    def add(self, lines: Sequence[int], rows: list[list[str]]) -> None:
        """Adds rows, which begin in these lines of the file."""
        self.numbers.extend(lines)
        fields = list(zip(*rows, strict=True))
        for name, at in self._wanted.items() if rows else ():
            self._cells[name].extend(_shared(fields[at], self._known[name]))

    def series(self) -> dict[str, pd.Series]:
        """The columns."""
        return {name: pd.Series(values, dtype=object) for name, values in self._cells.items()}


def _must_not_be_header(lines: Sequence[int], rows: list[list[str]], layout: TableFile, path: Path) -> None:
    if rows and rows[0] == layout.columns and lines[0] == layout.skip_lines + 1:
        cure = f"leave `columns` out of the declaration, or set skip_lines: {layout.skip_lines + 1}"
        raise DatasetError(f"{path}:{lines[0]}: the row has the names of the columns; {cure}")


def _shared(cells: Sequence[str], known: dict[str, str]) -> Iterable[str]:
    """`cells`, with equal ones as one text in memory, unless the column has so many that this saves little."""
    return map(known.setdefault, cells, cells) if len(known) < MOST_SHARED else cells


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
