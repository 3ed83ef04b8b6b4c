"""Runs a pipeline on Towhee's own graph: for windows, and for `debug`, which looks into it.

Towhee keeps only the text of an error, under `python -O` not even that, and its text has all arguments of an operator,
passwords included. Here the errors of the operators are kept, and raised when the call has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.operator_manager import OperatorPool
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.pipelines.declaration import Step
from towhee_recsys.pipelines.failures import abandon, errors_of
from towhee_recsys.support.step_timers import timed_step

MAX_WORKERS = 32
"""Threads a pipeline: with Towhee's own count, cores + 4, three slow calls block a fast one."""

FAILED = "a step failed"
"""The only text that Towhee gets, for it quotes errors together with the arguments of an operator."""

_Result = TypeVar("_Result")


def on_towhees_graph(
    dag: DAGRepr, steps: Mapping[str, Step], pool: OperatorPool, run: Callable[[RuntimePipeline], _Result]
) -> _Result:
    """The result of `run` for Towhee's pipeline of `dag`, whose operators come from `pool`; `steps` are by node.

    Raises:
        RecsysError: a step raised it; PipelineError with the step's name for an error of another kind.
    """
    pipeline, call = RuntimePipeline(dag, max_workers=MAX_WORKERS), _Call(pool, steps)
    pipeline._operator_pool = call
    result: Any = None
    try:
        result = run(pipeline)
    except RuntimeError as error:  # Towhee's own, raised after that of the step or alone
        call.errors.append(error)
    except BaseException as error:
        call.errors.append(error)
        abandon(call.operators)
        raise
    if call.errors:
        abandon(call.operators)
        with errors_of(None):
            raise call.errors[0]
    return result


class _Call:
    """In the place of Towhee's operator pool, for one call: records errors, and calls no operator after the first."""

    def __init__(self, pool: OperatorPool, steps: Mapping[str, Step]):
        self._pool, self._steps = pool, steps
        self.errors: list[BaseException] = []
        self.operators: list[Any] = []

    def acquire_op(self, node: str, *about: Any) -> Any:
        step = self._steps.get(node)
        with self.recorded(step):
            operator = self._pool.acquire_op(node, *about)
        if step is None:
            return operator  # a node of Towhee's own
        self.operators.append(operator)
        return _Operator(operator, step, self)

    def release_op(self, operator: Any) -> None:
        self._pool.release_op(operator.operator)

    @contextmanager
    def recorded(self, step: Step | None) -> Iterator[None]:
        try:
            with errors_of(step):
                yield
        except BaseException as error:
            self.errors.append(error)
            raise RuntimeError(FAILED) from None  # Towhee handles exceptions alone: after others its threads wait on


class _Operator:
    """An operator in one call."""

    def __init__(self, operator: Any, step: Step, call: _Call):
        self.operator, self._step, self._call = operator, step, call

    def __call__(self, *inputs: Any) -> Any:
        with self._running():
            result = self.operator(*inputs)
        return self._each(result) if isinstance(result, Generator) else result

    def _each(self, results: Generator[Any, None, None]) -> Generator[Any, None, None]:
        while True:
            with self._running(calls=0):
                try:
                    row = next(results)
                except StopIteration:
                    return
            yield row

    @contextmanager
    def _running(self, calls: int = 1) -> Iterator[None]:
        if self._call.errors:
            raise RuntimeError(FAILED)
        with self._call.recorded(self._step), timed_step(self._step.title, calls):
            yield
