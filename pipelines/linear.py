"""Runs the steps of a pipeline as generators, each of which pulls the rows of the one before it.

Towhee gives each step a thread and a queue, which takes longer than the steps of a request do. Here they run in the
caller's thread. From a `flat_map` on, where there are many rows, each step but the last has a thread, so that the next
chunk of a catalogue is read and encoded while one is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.node_repr import NodeRepr
from towhee.runtime.operator_manager import OperatorPool

from towhee_recsys.pipelines.columns import Columns, Row, merged_rows
from towhee_recsys.pipelines.declaration import Step
from towhee_recsys.pipelines.failures import abandon, errors_of
from towhee_recsys.pipelines.prefetch import Prefetcher
from towhee_recsys.pipelines.verbs import LINEAR, mapped

AHEAD = 2
"""Rows that may wait for a step: in a big catalogue a row is a list of items, or their vectors."""


class LinearRunner:
    """Maps, flat_maps, filters and window_alls as one function: from the inputs' values to Towhee's queue of results.

    Operators come from Towhee's pool: built once, and shared or kept for one call as each declares. Safe under threads.
    """

    def __init__(self, dag: DAGRepr, steps: Sequence[Step], pool: OperatorPool):
        self._pool, self._steps = pool, steps
        inputs, *nodes, output = (dag.nodes[name] for name in dag.top_sort)
        self._inputs, self._operators = inputs.outputs, [_operator_of(node) for node in nodes]
        self._columns = [Columns.of(dag.edges[node.in_edges[0]]["data"]) for node in (*nodes, output)]
        self._output = dag.edges[output.out_edges[0]]["data"]
        verbs = [step.verb for step in steps]
        self._one_row = {*verbs} <= {"map"} and not any(columns.queues for columns in self._columns)
        self._threaded = range(verbs.index("flat_map") + 1, len(steps)) if "flat_map" in verbs else range(0)
        with self._acquired():
            pass  # now all operators are built

    def __call__(self, inputs: Sequence[Any]) -> DataQueue:
        """Runs all steps.

        Raises:
            RecsysError: a step raised it; PipelineError with the step's name for an error of another kind.
        """
        result = DataQueue(self._output, max_size=0)
        with self._acquired() as operators:
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
                rows = merged_rows(LINEAR[step.verb](step, operator, rows), self._columns[number])
                if number in self._threaded:
                    rows = prefetched(rows)
            yield from rows

    def _mapped(self, inputs: Sequence[Any], operators: Sequence[Any]) -> Iterator[Row]:
        """The same for maps alone, where one row goes in and at most one comes out: a request takes less time so."""
        put = dict(zip(self._inputs, inputs, strict=True))
        for step, operator, columns in zip(self._steps, operators, self._columns, strict=False):
            if (row := columns.one_row(put)) is None:
                return
            put = mapped(step, operator, row)
        if (result := self._columns[-1].one_row(put)) is not None:
            yield result

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


def _operator_of(node: NodeRepr) -> tuple[Any, ...]:
    """What Towhee's pool takes: the node's id, the operator's name and its arguments."""
    info = node.op_info
    return node.uid, info.operator, info.init_args, info.init_kws, info.tag, info.latest
