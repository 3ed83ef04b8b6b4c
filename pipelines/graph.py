"""One call of a pipeline as Towhee runs it: each step a node, with a queue before it and a thread to run in."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.operator_manager import OperatorPool
from towhee.runtime.runtime_pipeline import _Graph
from towhee.runtime.time_profiler import TimeProfiler

from towhee_recsys.pipelines.backpressure import wait_for_those_after
from towhee_recsys.pipelines.declaration import Step
from towhee_recsys.pipelines.failures import abandon, raise_failure, step_of

EARLIER = "an earlier step failed"


class WatchedGraph(_Graph):
    """Keeps the exception that a step raises, where Towhee keeps only its text."""

    def __init__(
        self,
        dag: DAGRepr,
        steps: list[Step],
        operators: OperatorPool,
        threads: ThreadPoolExecutor,
        profiler: bool = False,
        trace_edges: Any = None,
    ):
        self._steps = steps
        self._failures: list[tuple[Step | None, BaseException]] = []
        self._operators = _WatchedPool(operators)
        super().__init__(dag.nodes, dag.edges, self._operators, threads, TimeProfiler(profiler), trace_edges)

    def _initialize(self) -> None:
        try:
            super()._initialize()
        except RuntimeError as error:  # its text has all arguments of the operator, passwords included
            failed = [(step_of(self._nodes[node].name, self._steps), e) for node, e in self._operators.failures]
            self._failures += failed or [(None, error)]
        self._raise_failure()
        began = time.monotonic()
        for node in self._node_runners:
            wait = partial(wait_for_those_after, node, self._node_runners, self._failures, began)
            node._call = _watched(node, step_of(node.name, self._steps), self._failures, wait)

    def async_call(self, inputs: Any) -> Any:
        """Begins the call; `finished` gives its result."""
        with self._ended_when_interrupted():
            return super().async_call(inputs)

    def finished(self, running: Any) -> Any:
        """The result of the call. Raises what the first failed step raised, after telling those that `abandon`."""
        result, operators = None, self._built()  # nodes that end let go of theirs
        with self._ended_when_interrupted():
            try:
                result = running.result()
            except RuntimeError as error:
                self._failures.append((None, error))
        if self._failures:  # also after a result: `python -O` drops the assertion by which Towhee notices
            abandon(operators)
            self.release_op()
            self._raise_failure()
        return result

    @contextmanager
    def _ended_when_interrupted(self) -> Iterator[None]:
        """After Ctrl-C what still runs ends before its next step."""
        try:
            yield
        except BaseException as error:
            self._failures.append((None, error))
            abandon(self._built())
            raise

    def _built(self) -> list[Any]:
        return [node._op for node in self._node_runners]

    def release_op(self) -> None:
        """Gives the operators back, and lets go of the nodes, so that no garbage collection has to find them."""
        super().release_op()
        for node in self._node_runners:
            node._call = None

    def _raise_failure(self) -> None:
        if self._failures:
            raise_failure(*self._failures[0])


class _WatchedPool:
    """A pipeline's operators, for one call of it: keeps which node's operator could not be built, and why."""

    def __init__(self, pool: OperatorPool):
        self._pool, self.release_op = pool, pool.release_op
        self.failures: list[tuple[str, Exception]] = []

    def acquire_op(self, node: str, *about: Any) -> Any:
        try:
            return self._pool.acquire_op(node, *about)
        except Exception as error:
            self.failures.append((node, error))
            raise


def _watched(
    node: Any, step: Step | None, failures: list[Any], wait: Callable[[], None]
) -> Callable[[list[Any]], tuple[bool, Any, str | None]]:
    def call(inputs: list[Any]) -> tuple[bool, Any, str | None]:
        wait()
        if failures:
            return False, None, EARLIER
        try:
            result = node._op(*inputs)
            return True, iterate(result) if isinstance(result, Generator) else result, None
        except BaseException as error:
            failures.append((step, error))
            return False, None, f"{type(error).__name__}: {error}"

    def iterate(result: Generator[Any, None, None]) -> Generator[Any, None, None]:
        try:
            for row in result:
                yield row
                wait()
                if failures:
                    break
        except Exception as error:
            failures.append((step, error))
            raise
        if failures:
            raise RuntimeError(EARLIER)

    return call
