"""Files of events: CSV with a header, or JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from towhee_recsys.errors import DatasetError


def write_records(out: BinaryIO, name: str, columns: Sequence[str], records: Iterable[dict[str, Any]]) -> int:
    """Writes records with these columns to an open file, as JSON lines where its name says so; returns their number."""
    text, written = io.TextIOWrapper(out, "utf-8", newline="", write_through=True), 0
    write = _json_writer(text) if _is_json_lines(name) else _csv_writer(text, columns)
    for record in records:
        write(record)
        written += 1
    text.detach()
    return written


def records_in(file: Path) -> Iterator[Any]:
    """The records in a file: a mapping for each row of CSV or each line of JSON.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            yield from _json_lines(file, text) if _is_json_lines(file) else _csv_rows(file, text)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise DatasetError(f"{file} cannot be read: {why}. Give a CSV file with a header, or JSON lines.") from error


def _csv_rows(file: Path, text: Iterable[str]) -> Iterator[dict[str, Any]]:
    for row in (reader := csv.DictReader(text, strict=True)):
        if None in row or None in row.values():
            raise DatasetError(f"{file}, line {reader.line_num}: it has not as many cells as the header. Fix the line.")
        yield {column: cell or None for column, cell in row.items()}


def _json_lines(file: Path, text: Iterable[str]) -> Iterator[Any]:
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            raise DatasetError(f"{file}, line {number}: given {line.strip()!r:.80}, accepted: a JSON object.") from None


def _is_json_lines(file: str | Path) -> bool:
    return Path(file).suffix in (".jsonl", ".ndjson", ".json")


def _csv_writer(out: io.TextIOWrapper, columns: Sequence[str]) -> Callable[[dict[str, Any]], object]:
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    return writer.writerow


def _json_writer(out: io.TextIOWrapper) -> Callable[[dict[str, Any]], object]:
    return lambda record: out.write(json.dumps(record, ensure_ascii=False) + "\n")
