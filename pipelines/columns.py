"""Rows out of Towhee's columns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from towhee.runtime.data_queue import ColumnType

Row = dict[str, Any]
Schema = Sequence[tuple[str, ColumnType]]


def rows_of(puts: Iterable[Mapping[str, Any]], schema: Schema) -> Iterator[Row]:
    """The rows that values make which are put into columns bit by bit, as Towhee's `DataQueue` has it.

    A scalar column holds one value, which is the same in every row; without it, or with None, there are no rows. The
    others are queues, each with a value per row: where they differ in length, the last rows lack the shorter ones'.
    Columns that `schema` does not name are dropped. Scalars alone make one row, after the last put.
    """
    scalars = [name for name, kind in schema if kind is ColumnType.SCALAR]
    queues: dict[str, deque[Any]] = {name: deque() for name, kind in schema if kind is ColumnType.QUEUE}
    row: Row = {}
    for put in puts:
        row.update((name, put[name]) for name in scalars if put.get(name) is not None)
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
