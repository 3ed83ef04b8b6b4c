"""Files with one JSON object a line."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.files import open_text
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError

Object = dict[str, Any]


def read_json_lines(path: Path, bad: BadRows, columns: Collection[str] | None, size: int | None) -> Iterator[RawTable]:
    """The table in a file of JSON lines, in parts of `size` rows, or as a whole.

    Values keep their types, and what a line does not have is missing. The first part has as many rows more as it takes
    to find all `columns`.

    Raises:
        DatasetError: the file is unreadable or empty; or a line is not a JSON object (strict reading).
    """
    names: dict[str, None] = {}
    rows: list[Object] = []
    numbers: array[int] = array("q")
    bad_before, seen = 0, 0
    with open_text(path, bad.reading.encoding) as text:
        for number, row in _objects(text, bad):
            names.update(dict.fromkeys(row))
            rows.append(row if columns is None else {name: row[name] for name in columns if name in row})
            numbers.append(number)
            seen += 1
            if size is not None and len(rows) >= size and set(columns or ()) <= names.keys():
                yield _table(path, names, columns, rows, numbers, bad, bad_before)
                rows, numbers, bad_before = [], array("q"), bad.counts.total()
    if not seen and not bad.counts:
        raise DatasetError(f"{path} is empty; it must have one JSON object a line")
    yield _table(path, names, columns, rows, numbers, bad, bad_before)


def _objects(text: Iterable[str], bad: BadRows) -> Iterator[tuple[int, Object]]:
    """The objects with their lines; other lines are refused, but blank ones are skipped."""
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        if (row := _object(line)) is None:
            bad.refuse(BadLine("not a JSON object", f"given {shortened(line)}, accepted: a JSON object"), number)
        else:
            yield number, row


def _table(
    path: Path,
    names: Iterable[str],
    columns: Collection[str] | None,
    rows: list[Object],
    numbers: array[int],
    bad: BadRows,
    bad_before: int,
) -> RawTable:
    wanted = [name for name in names if columns is None or name in columns]
    series = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in wanted}
    return RawTable(str(path), list(names), series, False, numbers, bad, bad.counts.total() - bad_before)


def _object(line: str) -> Object | None:
    try:
        value = json.loads(line)
        if "\\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()  # an escape can be half a character, which is no text
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
