"""How a file in text is laid out: its encoding, what separates its cells, and whether it has a header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.table.files import SEPARATORS, archive_of, open_binary, open_text, suffix_of
from towhee_recsys.errors import DatasetError
from towhee_recsys.init.names import Role, is_identifier, suggests

Encoding = Literal["utf-8", "latin-1"]
Rows = list[list[str]]

SNIFFED = 1 << 18
"""The number of characters at the beginning of a file by which its layout is found."""

CANDIDATES = (",", "\t", ";", "|", "::", " ")
ROLES: tuple[Role, ...] = ("user", "item", "rating", "event", "count", "time", "title")
_VALUE = re.compile(r"\s*[-+]?[0-9][0-9.,:eE+-]*(?:[T ][0-9:.Z+-]+)?\s*")
"""A number, a date or a time: no name of a column."""


def encoding_of(path: Path) -> Encoding:
    """UTF-8, or Latin-1 where the bytes of the file are not UTF-8.

    Raises:
        DatasetError: the file cannot be read, or its text has NUL bytes, as UTF-16 has them.
    """
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    with open_binary(path) as file:
        while block := file.read(1 << 20):
            if b"\0" in block:
                raise archive_of(path) or DatasetError(f"{path}: NUL bytes, as UTF-16 has them; save the file as UTF-8")
            is_utf8 = is_utf8 and _decodes(decoder, block)
    return "utf-8" if is_utf8 and _decodes(decoder, b"", final=True) else "latin-1"


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def layout_of(path: Path, encoding: str) -> TableFile:
    """How the text of the file is laid out; what its suffix implies is left out.

    Columns of a file without a header are called `column_1`, `column_2` and so on.

    Raises:
        DatasetError: the file cannot be read, or has no text.
    """
    with open_text(path, encoding) as text:
        beginning = text.read(SNIFFED)
    if not beginning.strip():
        raise DatasetError(f"{path} is empty; a table has a row with the names of its columns, and rows below it")
    whole, _, rest = beginning.rpartition("\n")
    lines = whole if whole.strip() and (rest or len(beginning) == SNIFFED) else beginning
    default = SEPARATORS.get(suffix_of(path))
    separator, quotes = _best(lines, default)
    rows = rows_of(lines, separator, quotes)
    width = _width(rows)
    columns = [] if has_header(rows, width) else [f"column_{number}" for number in range(1, width + 1)]
    return TableFile(separator=None if separator == default else separator, quotes=quotes, columns=columns)


def rows_of(text: str, separator: str, quotes: bool) -> Rows:
    """The rows of `text`, as far as they can be read; blank lines are left out."""
    if len(separator) > 1 or not quotes:
        return [line.split(separator) for line in text.splitlines() if line]
    rows: Rows = []
    with suppress(csv.Error):
        rows.extend(row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row)
    return rows


def _best(text: str, default: str | None) -> tuple[str, bool]:
    """The separator by which the rows are the most alike, and whether cells may be in quotes."""
    ways = [(separator, True) for separator in CANDIDATES]
    if '"' in text:
        ways += [(separator, False) for separator in CANDIDATES if len(separator) == 1]
    return max(ways, key=lambda way: (*_regularity(text, *way), way[0] == default, way[1]))


def _regularity(text: str, separator: str, quotes: bool) -> tuple[float, bool, bool, int]:
    """The share of rows of the most frequent width, if the first row has it, if it is no space, and the width."""
    rows = rows_of(text, separator, quotes)
    width = _width(rows)
    covered = sum(len(row) == width for row in rows) / max(1, len(rows)) if width > 1 else 0
    if quotes and len(rows) < len(text.splitlines()) / 2:
        covered /= 2  # a quote that is never closed takes the rest of the file
    return round(covered, 1), bool(rows) and len(rows[0]) == width, separator != " ", width if covered else 0


def _width(rows: Rows) -> int:
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def has_header(rows: Rows, width: int) -> bool:
    """Whether the first row has the names of the columns: by the rows below it, and by its words."""
    if not rows or len(rows[0]) != width:
        return True  # then the readers say what is wrong with it
    first, rest = rows[0], [row for row in rows[1:] if len(row) == width]
    if any(_VALUE.fullmatch(cell) for cell in first):
        return False
    columns = [[row[at] for row in rest] for at in range(width)]
    if any(_are_values(column) for column in columns):
        return True
    if any(is_identifier(name) or any(suggests(name, role) for role in ROLES) for name in first):
        return True
    return not any(name in column for name, column in zip(first, columns, strict=True))


def _are_values(column: Sequence[str]) -> bool:
    return bool(column) and sum(bool(_VALUE.fullmatch(cell)) for cell in column) >= 0.9 * len(column)
