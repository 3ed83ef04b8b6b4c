"""Pipelines of maps alone, run as one node.

Towhee gives each step a node, with a queue before it and a thread to run in, which takes longer than our steps do. Of
maps a call has one row: nothing could run beside anything else, so the steps run one after the other in one thread.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.node_repr import NodeRepr
from towhee.runtime.operator_manager import OperatorPool

from towhee_recsys.pipelines.collecting import no_collecting
from towhee_recsys.pipelines.declaration import Declaration, Step
from towhee_recsys.pipelines.failures import abandon, raise_failure, step_of


class FusedMaps:
    """The maps of a pipeline as one function: the values of its inputs to Towhee's queue with the row of its outputs.

    Operators come from Towhee's pool, built once and shared as in any call. Safe under threads. Raises what a step
    raises, as `raise_failure` does.
    """

    def __init__(self, dag: DAGRepr, declaration: Declaration, pool: OperatorPool):
        _, *maps, output = (dag.nodes[name] for name in dag.top_sort)
        self._inputs, self._pool, self._output = declaration.inputs, pool, dag.edges[output.out_edges[0]]["data"]
        self._maps = [(node, step_of(node.name, declaration.steps), _read(dag, node)) for node in maps]

    def __call__(self, inputs: Sequence[Any]) -> DataQueue:
        """Runs every step on what the steps before it gave."""
        result = DataQueue(self._output)
        with ExitStack() as acquired:
            if any(isinstance(each, list) for each in inputs):
                acquired.enter_context(no_collecting())
            operators = [self._acquired(node, step, acquired) for node, step, _ in self._maps]
            row = self._run(operators, dict(zip(self._inputs, inputs, strict=True)))
        result.put([row.get(name) for name, _ in self._output])  # with None for a value, there is no row to Towhee
        result.seal()
        return result

    def _acquired(self, node: NodeRepr, step: Step | None, acquired: ExitStack) -> Any:
        about = node.op_info
        try:
            operator = self._pool.acquire_op(
                node.uid, about.operator, about.init_args, about.init_kws, about.tag, about.latest
            )
        except Exception as error:
            raise_failure(step, error)
        acquired.callback(self._pool.release_op, operator)
        return operator

    def _run(self, operators: Sequence[Any], row: dict[str, Any]) -> Mapping[str, Any]:
        """The columns after the last step; none where a column that is needed yet is None: Towhee has no row then."""
        for operator, (node, step, needed) in zip(operators, self._maps, strict=True):
            if any(row[name] is None for name in needed):
                return {}
            try:
                row.update(_columns(node.outputs, operator(*[row[name] for name in node.inputs])))
            except KeyboardInterrupt:
                abandon(operators)
                raise
            except BaseException as error:
                abandon(operators)
                raise_failure(step, error)
        return row


def _read(dag: DAGRepr, node: NodeRepr) -> list[str]:
    """The columns that Towhee hands to `node`: those that it or a later one needs."""
    return [name for name, _ in dag.edges[node.in_edges[0]]["data"]]


def _columns(names: Sequence[str], result: Any) -> dict[str, Any]:
    """What an operator gave, by the names of the step's outputs; a generator's values are lists."""
    if isinstance(result, Generator):
        values = list(result)
        result = values if len(names) == 1 else [[value[place] for value in values] for place in range(len(names))]
    return {names[0]: result} if len(names) == 1 else {name: result[place] for place, name in enumerate(names)}
