"""Rows out of Towhee's columns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from towhee.runtime.data_queue import ColumnType

Row = dict[str, Any]


@dataclass(frozen=True)
class Columns:
    """The columns between two steps, by name: scalars with one value, queues with one a row."""

    scalars: tuple[str, ...]
    queues: tuple[str, ...]

    @classmethod
    def of(cls, schema: Sequence[tuple[str, ColumnType]]) -> Columns:
        """From Towhee's own description."""
        by_kind = {kind: tuple(name for name, each in schema if each is kind) for kind in ColumnType}
        return cls(by_kind[ColumnType.SCALAR], by_kind[ColumnType.QUEUE])


def merged_rows(puts: Iterable[Mapping[str, Any]], columns: Columns) -> Iterator[Row]:
    """The rows that values make which are put into columns bit by bit, as Towhee's `DataQueue` has it.

    A scalar column holds one value, which is the same in every row; without it, or with None, there are no rows. The
    others are queues, each with a value per row: where they differ in length, the last rows lack the shorter ones'.
    Values of other columns are dropped. Scalars alone make one row, after the last put.
    """
    scalars, row = columns.scalars, {}
    queues: dict[str, deque[Any]] = {name: deque() for name in columns.queues}
    for put in puts:
        for name in scalars:
            if put.get(name) is not None:
                row[name] = put[name]
        for name, queue in queues.items():
            if name in put:
                queue.append(put[name])
        while queues and len(row) == len(scalars) and all(queues.values()):
            yield {**row, **{name: queue.popleft() for name, queue in queues.items()}}
    if len(row) < len(scalars):
        return
    if scalars and not queues:
        yield row
    while any(queues.values()):
        yield {**row, **{name: queue.popleft() for name, queue in queues.items() if queue}}
