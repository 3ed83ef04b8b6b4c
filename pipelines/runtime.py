"""Our pipelines at run time: Towhee's own, with errors that keep their type and defaults for inputs."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.operator_manager import OperatorPool
from towhee.runtime.runtime_pipeline import RuntimePipeline, _Graph

from towhee_recsys.errors import PipelineError, RecsysError
from towhee_recsys.pipelines.declaration import Declaration, Step

MAX_WORKERS = 32
"""Threads a pipeline: with Towhee's own count, cores + 4, three slow calls block a fast one."""


class Pipeline(RuntimePipeline):
    """A Towhee `RuntimePipeline` whose calls raise our errors, or PipelineError with the step that failed.

    An input that the declaration gives a default may be left out. All operators are built at once.
    """

    def __init__(self, dag: DAGRepr, declaration: Declaration):
        super().__init__(dag, max_workers=MAX_WORKERS)
        self.declaration = declaration
        self.preload()

    def preload(self) -> Any:
        """Builds all operators. Raises what the first that cannot be built raises."""
        graph = _WatchedGraph(self)
        graph.release_op()
        return graph

    def _call(self, *inputs: Any, profiler: bool, tracer: bool, trace_edges: Any = None) -> Any:
        graph = _WatchedGraph(self, profiler, trace_edges)
        result = graph.finished(graph.async_call(self._complete(inputs)))
        return result, [graph.time_profiler] if profiler else None, [graph.data_queues] if tracer else None

    def _batch(self, batch_inputs: Any, profiler: bool, tracer: bool, trace_edges: Any = None) -> Any:
        alone = len(self.declaration.inputs) == 1
        calls = [self._complete((inputs,) if alone else tuple(inputs)) for inputs in batch_inputs]
        graphs = [_WatchedGraph(self, profiler, trace_edges) for _ in calls]
        running = [graph.async_call(inputs) for graph, inputs in zip(graphs, calls, strict=True)]
        results = [graph.finished(each) for graph, each in zip(graphs, running, strict=True)]
        profilers = [graph.time_profiler for graph in graphs] if profiler else None
        return results, profilers, [graph.data_queues for graph in graphs] if tracer else None

    def _complete(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        names, defaults = self.declaration.inputs, self.declaration.defaults
        left_out = names[len(inputs) :]
        if len(inputs) > len(names) or any(name not in defaults for name in left_out):
            raise PipelineError(f"the pipeline takes {', '.join(names)}; {len(inputs)} values were given.")
        if any(value is None for value in inputs):
            raise PipelineError(f"the pipeline takes {', '.join(names)}; None was given, which is no value to Towhee.")
        return (*inputs, *(defaults[name] for name in left_out))


class _WatchedGraph(_Graph):
    """One call of a pipeline: keeps the exception that a step raises, where Towhee keeps only its text."""

    def __init__(self, pipeline: Pipeline, profiler: bool = False, trace_edges: Any = None):
        from towhee.runtime.time_profiler import TimeProfiler

        self._steps = pipeline.declaration.steps
        self._failures: list[tuple[Step | None, BaseException]] = []
        self._operators = _WatchedPool(pipeline._operator_pool)
        dag, threads = pipeline.dag_repr, pipeline._thread_pool
        super().__init__(dag.nodes, dag.edges, self._operators, threads, TimeProfiler(profiler), trace_edges)

    def _initialize(self) -> None:
        try:
            super()._initialize()
        except RuntimeError as error:  # its text has all arguments of the operator, passwords included
            failed = [(_step_of(self._nodes[node].name, self._steps), e) for node, e in self._operators.failures]
            self._failures += failed or [(None, error)]
        self._raise_failure()
        for node in self._node_runners:
            node._call = _watched(node, _step_of(node.name, self._steps), self._failures)

    def finished(self, running: Any) -> Any:
        """The result of the call. Raises what the first failed step raised, after telling those that `abandon`."""
        result = None
        try:
            result = running.result()
        except RuntimeError as error:
            self._failures.append((None, error))
        except BaseException as error:  # Ctrl-C: what still runs ends before its next step
            self._failures.append((None, error))
            self._abandon()
            raise
        if self._failures:  # also after a result: `python -O` drops the assertion by which Towhee notices
            self._abandon()
            self.release_op()
            self._raise_failure()
        return result

    def _abandon(self) -> None:
        for node in self._node_runners:
            if hasattr(node._op, "abandon"):
                node._op.abandon()

    def release_op(self) -> None:
        """Gives the operators back, and lets go of the nodes, so that no garbage collection has to find them."""
        super().release_op()
        for node in self._node_runners:
            node._call = None

    def _raise_failure(self) -> None:
        if not self._failures:
            return
        step, error = self._failures[0]
        if isinstance(error, RecsysError):
            raise error
        text = str(error).strip().split("\n")[0].removesuffix(", Traceback (most recent call last):")
        raise PipelineError(f"{step or 'a step'} failed: {type(error).__name__}{text and ': ' + text}") from error


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


def _watched(node: Any, step: Step | None, failures: list[Any]) -> Callable[[list[Any]], tuple[bool, Any, str | None]]:
    def call(inputs: list[Any]) -> tuple[bool, Any, str | None]:
        if failures:
            return False, None, "an earlier step failed"
        try:
            result = node._op(*inputs)
            return True, iterate(result) if isinstance(result, Generator) else result, None
        except BaseException as error:
            failures.append((step, error))
            return False, None, f"{type(error).__name__}: {error}"

    def iterate(result: Generator[Any, None, None]) -> Generator[Any, None, None]:
        try:
            yield from result
        except Exception as error:
            failures.append((step, error))
            raise

    return call


def _step_of(node: str, steps: list[Step]) -> Step | None:
    number = node.rpartition("-")[2]
    return next((step for step in steps if number.isdecimal() and step.number == int(number) + 1), None)
