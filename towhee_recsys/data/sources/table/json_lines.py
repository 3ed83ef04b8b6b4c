"""Files with one JSON object a line."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pandas as pd

from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.lines import BadLine, shortened
from towhee_recsys.data.sources.table.files import open_text
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.errors import DatasetError


def read_json_lines(path: Path, bad: BadRows, columns: Collection[str] | None) -> RawTable:
    """The table in a file of JSON lines; values keep their types, and what a line does not have is missing.

    Raises:
        DatasetError: the file is unreadable or empty; or a line is not a JSON object (strict reading).
    """
    rows: list[dict[str, Any]] = []
    names: dict[str, None] = {}
    numbers: array[int] = array("q")
    with open_text(path, bad.reading.encoding) as text:
        for number, line in enumerate(text, 1):
            if not line.strip():
                continue
            if (row := _object(line)) is None:
                bad.refuse(BadLine("not a JSON object", f"given {shortened(line)}, accepted: a JSON object"), number)
                continue
            names.update(dict.fromkeys(row))
            rows.append(row if columns is None else {name: row[name] for name in columns if name in row})
            numbers.append(number)
    if not numbers and not bad.counts:
        raise DatasetError(f"{path} is empty; it must have one JSON object a line")
    wanted = [name for name in names if columns is None or name in columns]
    series = {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in wanted}
    return RawTable(str(path), list(names), series, False, numbers, bad, bad.counts.total())


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
        if "\\ud" in line.lower():
            json.dumps(value, ensure_ascii=False).encode()  # an escape can be half a character, which is no text
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
