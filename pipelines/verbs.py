"""What Towhee's verbs do, each as a generator: from the rows before a step to the values that it puts after them.

Rows are mappings of columns. A column of a row may be missing (see `merged_rows`): a step without one of its inputs is
not called. Columns that a step does not write are passed on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

from towhee_recsys.engines import Engine
from towhee_recsys.pipelines.columns import Row
from towhee_recsys.pipelines.declaration import Step
from towhee_recsys.pipelines.failures import errors_of
from towhee_recsys.support.step_timers import timed_step

_END = object()


def map_rows(step: Step, operator: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """One value a row; the values of a generator are a list."""
    return (mapped(step, operator, row) for row in rows)


def map_rows_on(engine: Engine, step: Step, operator: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """As `map_rows`, with an operator of one input whose values an engine's workers compute."""
    waiting: deque[Row] = deque()

    def inputs() -> Iterator[Any]:
        for row in rows:
            waiting.append(row)
            if _has(row, step.inputs):
                yield row[step.inputs[0]]

    with errors_of(step):
        for result in operator.map_on(engine, inputs()):
            while not _has(waiting[0], step.inputs):
                yield _kept(step, waiting.popleft())
            yield _kept(step, waiting.popleft()) | _named(step, result)
    yield from (_kept(step, row) for row in waiting)


def mapped(step: Step, operator: Any, row: Row) -> Row:
    """What a map puts after one row."""
    kept = _kept(step, row)
    return kept | called(step, operator, row) if _has(row, step.inputs) else kept


def called(step: Step, operator: Any, row: Row) -> Row:
    """What the operator of a map gives for one row, by column."""
    with timed_step(step.title), errors_of(step):
        result = operator(*[row[name] for name in step.inputs])
        return _named(step, _as_lists(step, result) if isinstance(result, Generator) else result)


def flat_map_rows(step: Step, operator: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """A row for each of the values that the operator gives."""
    for row in rows:
        yield _kept(step, row)
        if not _has(row, step.inputs):
            continue
        with timed_step(step.title), errors_of(step):
            results = iter(operator(*[row[name] for name in step.inputs]))
        while True:
            with timed_step(step.title, calls=0), errors_of(step):
                result = next(results, _END)
                put = {} if result is _END else _named(step, result)
            if result is _END:
                break
            yield put


def filter_rows(step: Step, operator: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """The inputs under the names of the outputs, where the operator is true of the columns `by`."""
    for row in rows:
        put = _kept(step, row)
        if _has(row, step.settings["by"]):
            with timed_step(step.title), errors_of(step):
                if operator(*[row[name] for name in step.settings["by"]]):
                    put |= {new: row[old] for new, old in zip(step.outputs, step.inputs, strict=True) if old in row}
        yield put


def window_all_rows(step: Step, operator: Any, rows: Iterable[Row]) -> Iterator[Row]:
    """One value for all rows: the operator gets a list of each input; it is not called when all of them are empty."""
    columns: dict[str, list[Any]] = {name: [] for name in step.inputs}
    for row in rows:
        for name, column in columns.items():
            if name in row:
                column.append(row[name])
        yield _kept(step, row)
    if any(columns.values()):
        with timed_step(step.title), errors_of(step):
            put = _named(step, operator(*[columns[name] for name in step.inputs]))
        yield put


LINEAR: dict[str, Callable[[Step, Any, Iterable[Row]], Iterator[Row]]] = {
    "map": map_rows,
    "flat_map": flat_map_rows,
    "filter": filter_rows,
    "window_all": window_all_rows,
}
"""The verbs that `LinearRunner` runs; the others are left to Towhee."""


def _kept(step: Step, row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name not in step.outputs}


def _has(row: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all(name in row for name in names)


def _named(step: Step, result: Any) -> Row:
    if len(step.outputs) == 1:
        return {step.outputs[0]: result}
    return {name: result[index] for index, name in enumerate(step.outputs)}


def _as_lists(step: Step, results: Generator[Any, None, None]) -> Any:
    if len(step.outputs) == 1:
        return list(results)
    rows = list(results)
    return [[row[index] for row in rows] for index in range(len(step.outputs))]
