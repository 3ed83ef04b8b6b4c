"""Files in text that are regular, by pyarrow and in blocks: many times as fast as row by row.

Such a file has no quotes, as many cells in every row, and the line ends of its system. Any other file is
left to the reader of `delimited.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from towhee_recsys.config.table_file import TableFile
from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import BOM
from towhee_recsys.data.sources.table.files import open_binary
from towhee_recsys.data.sources.table.layout import read_header
from towhee_recsys.data.sources.table.raw import RawTable

PARSED_AT_ONCE = 1 << 20
"""Bytes of a block that one thread parses."""


class NotRegularError(Exception):
    """The file has to be read by the exact reader."""


def read_regular(
    path: Path, bad: BadRows, columns: Collection[str] | None, layout: TableFile, size: int
) -> Iterator[RawTable]:
    """The table in a file in text, in parts of about `size` bytes: cells are texts, or int64 where all are written so.

    Raises:
        NotRegularError: the file may have a row that is malformed; known at the latest at its end.
        DatasetError: the file is unreadable, empty or has no proper header.
    """
    header, lines, separator = read_header(path, bad.reading.encoding, layout)
    delimiter = _delimiter(separator)
    wanted = {name: at for at, name in enumerate(header) if name and (columns is None or name in columns)}
    names = [name for name in header if name]
    first_row = separator.join(layout.columns).encode()
    quotes = b'"' if layout.quotes and len(separator) == 1 else b""
    rows = 0
    with open_binary(path) as file:
        for number, block in enumerate(_blocks(file, size)):
            block = block if number else _without_start(block, lines, bad.reading.encoding)
            block = _checked(block, quotes, bad.reading.encoding)
            if not number and first_row and block.split(b"\n", 1)[0].rstrip(b"\r") == first_row:
                raise NotRegularError
            series = _columns(block, delimiter, len(header), len(separator), wanted)
            count = len(next(iter(series.values()), ()))
            numbers = range(lines + rows + 1, lines + rows + count + 1)
            rows += count
            yield RawTable(str(path), names, series, True, numbers, bad)


def _delimiter(separator: str) -> str:
    """What pyarrow splits at: one byte, of which a separator may have two."""
    if not separator.isascii() or len(set(separator)) > 1 or len(separator) > 2:
        raise NotRegularError
    return separator[0]


def _blocks(file: IO[bytes], size: int) -> Iterator[bytes]:
    """The content in blocks of whole lines of at least `size` bytes; at least one, which may be empty."""
    rest = b""
    while block := file.read(size):
        whole, end, after = block.rpartition(b"\n")
        if end:
            yield rest + whole + end
            rest = after
        else:
            rest += block
    yield rest


def _without_start(block: bytes, lines: int, encoding: str) -> bytes:
    """The first block without a byte order mark and the `lines` of the header, if these end as all lines do."""
    block = block.removeprefix(BOM if encoding == "utf-8" else b"")
    for _ in range(lines):
        line, end, block = block.partition(b"\n")
        if b"\r" in line.removesuffix(b"\r") or not (end or block):
            raise NotRegularError
    return block


def _checked(block: bytes, quotes: bytes, encoding: str) -> bytes:
    """The block as UTF-8, if it can be split at line ends and separators alone."""
    if (quotes and quotes in block) or b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
        raise NotRegularError
    if block.isascii():
        return block
    try:
        return block.decode(encoding).encode()
    except UnicodeDecodeError:
        raise NotRegularError from None


def _columns(block: bytes, delimiter: str, width: int, separators: int, wanted: dict[str, int]) -> dict[str, pd.Series]:
    """The `wanted` columns of a block; between two separators, which make up one, there must be nothing."""
    if not block.strip(b"\r\n"):
        return {name: pd.Series([], dtype=object) for name in wanted}
    names = [str(at) for at in range(separators * (width - 1) + 1)]
    between = [name for at, name in enumerate(names) if at % separators]
    included = [str(separators * at) for at in wanted.values()]
    try:
        table = pyarrow.csv.read_csv(
            pa.BufferReader(block),
            pyarrow.csv.ReadOptions(column_names=names, block_size=PARSED_AT_ONCE),
            pyarrow.csv.ParseOptions(delimiter=delimiter, quote_char=False),
            pyarrow.csv.ConvertOptions(
                include_columns=included + between, column_types=dict.fromkeys(names, pa.string()), null_values=[]
            ),
        )
    except pa.ArrowInvalid:
        raise NotRegularError from None
    if any(pc.any(pc.not_equal(table[name], "")).as_py() for name in between):
        raise NotRegularError
    return {name: _series(table[column]) for name, column in zip(wanted, included, strict=True)}


def _series(cells: Any) -> pd.Series:
    """Cells as int64 where all are whole numbers as Python writes them, else as categories."""
    try:
        numbers = pc.cast(cells, pa.int64())
        if pc.all(pc.equal(pc.cast(numbers, pa.string()), cells)).as_py():
            return pd.Series(np.asarray(numbers))
    except pa.ArrowInvalid:
        pass
    return cells.dictionary_encode().unify_dictionaries().combine_chunks().to_pandas()
