"""Rows in batches, each of which a server takes or returns in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

ROWS = 1000
"""Rows in one batch that is written."""

READ_AT_ONCE = 10_000
"""Rows that one call returns where all rows of a version are read."""

CHARACTERS = 1_000_000
"""Characters after which a batch ends: 1,000 long histories would be 100 MB."""


def batches(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The rows (key, text) in lists; one list at a time is held."""
    batch, size = [], 0
    for row in rows:
        batch.append(row)
        size += len(row[1])
        if len(batch) >= ROWS or size >= CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
