"""Runs the steps of a pipeline as generators, each of which pulls the rows of the one before it.

Towhee gives each step a thread and a queue, which takes longer than the steps of a request do. Here they run in the
caller's thread. From a `flat_map` on, where there are many rows, each step but the last has a thread, so that the next
chunk of a catalogue is read and encoded while one is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from towhee.operator import SharedType
from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.node_repr import NodeRepr
from towhee.runtime.operator_manager import OperatorPool

from towhee_recsys.engines import Engine
from towhee_recsys.pipelines.columns import Columns, Row, merged_rows
from towhee_recsys.pipelines.declaration import Step
from towhee_recsys.pipelines.failures import abandon, errors_of
from towhee_recsys.pipelines.prefetch import Prefetcher
from towhee_recsys.pipelines.verbs import LINEAR, called, map_rows_on

AHEAD = 2
"""Rows that may wait for a step: in a big catalogue a row is a list of items, or their vectors."""


class LinearRunner:
    """Maps, flat_maps, filters and window_alls as one function: from the inputs' values to Towhee's queue of results.

    Operators come from Towhee's pool: built once, and shared or kept for one call as each declares. Where all are
    shared, every call would get the same ones: these are acquired once. Safe under threads.

    With an `engine`, maps after a `flat_map` whose operators have a method `map_on` are computed by its workers.
    """

    def __init__(self, dag: DAGRepr, steps: Sequence[Step], pool: OperatorPool, engine: Engine | None = None):
        self._pool, self._steps, self._engine = pool, steps, engine
        inputs, *nodes, output = (dag.nodes[name] for name in dag.top_sort)
        self._inputs, self._operators = inputs.outputs, [_operator_of(node) for node in nodes]
        self._columns = [Columns.of(dag.edges[node.in_edges[0]]["data"]) for node in (*nodes, output)]
        self._output = dag.edges[output.out_edges[0]]["data"]
        verbs = [step.verb for step in steps]
        self._one_row = {*verbs} <= {"map"} and not any(columns.queues for columns in self._columns)
        self._new = [  # for each step the columns that may lack a value where the step before had all of its own
            [name for name in written if name in columns.scalars]
            for written, columns in zip([self._inputs, *(step.outputs for step in steps)], self._columns, strict=True)
        ]
        self._threaded = range(verbs.index("flat_map") + 1, len(steps)) if "flat_map" in verbs else range(0)
        with self._acquired() as operators:  # now all operators are built
            self._shared = operators if all(each.shared_type is SharedType.Shareable for each in operators) else None

    def __call__(self, inputs: Sequence[Any]) -> DataQueue:
        """Runs all steps.

        Raises:
            RecsysError: a step raised it; PipelineError with the step's name for an error of another kind.
        """
        if self._shared is not None:
            return self._run(inputs, self._shared)
        with self._acquired() as operators:
            return self._run(inputs, operators)

    def _run(self, inputs: Sequence[Any], operators: Sequence[Any]) -> DataQueue:
        result = DataQueue(self._output, max_size=0)
        try:
            for row in self._mapped(inputs, operators) if self._one_row else self._rows(inputs, operators):
                result.put_dict(row)
        except BaseException:
            abandon(operators)
            raise
        result.seal()
        return result

    def _rows(self, inputs: Sequence[Any], operators: Sequence[Any]) -> Iterator[Row]:
        """The rows after the last step."""
        with Prefetcher(AHEAD) as prefetched:
            rows = merged_rows([dict(zip(self._inputs, inputs, strict=True))], self._columns[0])
            for number, (step, operator) in enumerate(zip(self._steps, operators, strict=True), start=1):
                rows = merged_rows(self._results(step, operator, rows), self._columns[number])
                if number in self._threaded:
                    rows = prefetched(rows)
            yield from rows

    def _results(self, step: Step, operator: Any, rows: Iterator[Row]) -> Iterator[Row]:
        if self._engine and step.verb == "map" and hasattr(operator, "map_on"):
            return map_rows_on(self._engine, step, operator, rows)
        return LINEAR[step.verb](step, operator, rows)

    def _mapped(self, inputs: Sequence[Any], operators: Sequence[Any]) -> Sequence[Row]:
        """The same for maps alone, where one row goes in and at most one comes out: a request takes less time so.

        The row keeps columns that no later step reads.
        """
        row = dict(zip(self._inputs, inputs, strict=True))
        for step, operator, new in zip(self._steps, operators, self._new, strict=False):
            if _lacks(row, new):
                return []
            row |= called(step, operator, row)
        return [] if _lacks(row, self._new[-1]) else [row]

    @contextmanager
    def _acquired(self) -> Iterator[list[Any]]:
        """The operators of the steps, until the end of the block."""
        operators: list[Any] = []
        try:
            for step, operator in zip(self._steps, self._operators, strict=True):
                with errors_of(step):
                    operators.append(self._pool.acquire_op(*operator))
            yield operators
        finally:
            for acquired in operators:
                self._pool.release_op(acquired)


def _lacks(row: Row, names: Sequence[str]) -> bool:
    """Whether one of the columns has no value. A plain loop, for every step of every request."""
    for name in names:  # noqa: SIM110
        if row[name] is None:
            return True
    return False


def _operator_of(node: NodeRepr) -> tuple[Any, ...]:
    """What Towhee's pool takes: the node's id, the operator's name and its arguments."""
    info = node.op_info
    return node.uid, info.operator, info.init_args, info.init_kws, info.tag, info.latest
