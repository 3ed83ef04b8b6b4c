"""CSV and TSV files, by Python's own `csv`: pandas fills rows that are too short without a warning."""

from __future__ import annotations

import csv
from array import array
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.files import format_of, open_text
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError

SEPARATORS = {".csv": ",", ".tsv": "\t"}
CHUNK = 1 << 16
"""Rows that are turned into columns at a time, so that few of them are in memory as lists."""

Record = tuple[int, list[str]]
"""A row with its line in the file."""


def read_delimited(path: Path, bad: BadRows, columns: Collection[str] | None) -> RawTable:
    """The table in a CSV or TSV file with a header; every cell is the text that is there.

    Raises:
        DatasetError: the file is unreadable, empty or has no proper header; or a row is malformed (strict reading).
    """
    with open_text(path, bad.reading.encoding) as text:
        records = _records(csv.reader(text, delimiter=SEPARATORS[format_of(path)], strict=True), bad)
        header = _header(next(records, None), path)
        wanted = {name: at for at, name in enumerate(header) if name and (columns is None or name in columns)}
        cells: dict[str, list[str]] = {name: [] for name in wanted}
        known: dict[str, dict[str, str]] = {name: {} for name in wanted}  # equal cells share one text in memory
        numbers: array[int] = array("q")
        whole = _of_width(records, header, bad)
        while chunk := list(islice(whole, CHUNK)):
            numbers.extend(number for number, _ in chunk)
            fields = list(zip(*(row for _, row in chunk), strict=True))
            for name, at in wanted.items():
                cells[name].extend(map(known[name].setdefault, fields[at], fields[at]))
    series = {name: pd.Series(values, dtype=object) for name, values in cells.items()}
    return RawTable(str(path), series, True, numbers, bad, bad.counts.total())


def _records(reader: Iterator[list[str]], bad: BadRows) -> Iterator[Record]:
    """All rows but blank lines; a row whose quotes are wrong is refused, with all lines that it took."""
    last = 0
    while True:
        try:
            for row in reader:
                if row:
                    yield last + 1, row
                last = reader.line_num  # type: ignore[attr-defined]
            return
        except csv.Error as error:
            lines = max(1, reader.line_num - last)  # type: ignore[attr-defined]
            problem = f'the row cannot be read: {error}; accepted: cells in double quotes, with "" for a quote'
            bad.refuse(BadLine("malformed row", problem), last + 1, lines)
            last += lines


def _header(record: Record | None, path: Path) -> list[str]:
    header = record[1] if record else []
    if not any(name.strip() for name in header):
        raise DatasetError(f"{path} is empty; the first row must have the names of the columns")
    if any("\0" in name for name in header):
        raise DatasetError(f"{path}:1: NUL bytes, as UTF-16 has them; save the file as UTF-8")
    if twice := next((name for name in header if name and header.count(name) > 1), None):
        raise DatasetError(f"{path}:1: the column {twice!r} is there twice; rename one of them")
    return header


def _of_width(records: Iterator[Record], header: list[str], bad: BadRows) -> Iterator[Record]:
    width = len(header)
    for record in records:
        number, row = record
        if len(row) == width:
            yield record
        else:
            reason = "missing fields" if len(row) < width else "too many fields"
            names = shortened(", ".join(header))
            given = f"{reason}: given {len(row)}, accepted: {width} ({names}), in {shortened(row)}"
            bad.refuse(BadLine(reason, given), number)
