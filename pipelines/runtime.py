"""Our pipelines at run time: Towhee's own, with errors that keep their type and defaults for inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines.declaration import Declaration
from towhee_recsys.pipelines.fused import FusedMaps
from towhee_recsys.pipelines.graph import WatchedGraph

MAX_WORKERS = 32
"""Threads a pipeline: with Towhee's own count, cores + 4, three slow calls block a fast one."""


class Pipeline(RuntimePipeline):
    """A Towhee `RuntimePipeline` whose calls raise our errors, or PipelineError with the step that failed.

    An input that the declaration gives a default may be left out. All operators are built at once. A pipeline of maps
    runs as one node, but where Towhee's `debug` looks into it.
    """

    def __init__(self, dag: DAGRepr, declaration: Declaration):
        super().__init__(dag, max_workers=MAX_WORKERS)
        self.declaration = declaration
        self._graph = partial(WatchedGraph, dag, declaration.steps, self._operator_pool, self._thread_pool)
        maps = all(step.verb == "map" for step in declaration.steps)
        self._fused = FusedMaps(dag, declaration, self._operator_pool) if maps else None
        self.preload()

    def preload(self) -> Any:
        """Builds all operators. Raises what the first that cannot be built raises."""
        graph = self._graph()
        graph.release_op()
        return graph

    def _call(self, *inputs: Any, profiler: bool, tracer: bool, trace_edges: Any = None) -> Any:
        complete = self._complete(inputs)
        if self._fused and not (profiler or tracer):
            return self._fused(complete), None, None
        graph = self._graph(profiler, trace_edges)
        result = graph.finished(graph.async_call(complete))
        return result, [graph.time_profiler] if profiler else None, [graph.data_queues] if tracer else None

    def _batch(self, batch_inputs: Any, profiler: bool, tracer: bool, trace_edges: Any = None) -> Any:
        alone = len(self.declaration.inputs) == 1
        calls = [self._complete((inputs,) if alone else tuple(inputs)) for inputs in batch_inputs]
        if self._fused and not (profiler or tracer):
            return self._fused_batch(self._fused, calls), None, None
        graphs = [self._graph(profiler, trace_edges) for _ in calls]
        running = [graph.async_call(inputs) for graph, inputs in zip(graphs, calls, strict=True)]
        results = [graph.finished(each) for graph, each in zip(graphs, running, strict=True)]
        profilers = [graph.time_profiler for graph in graphs] if profiler else None
        return results, profilers, [graph.data_queues for graph in graphs] if tracer else None

    def _fused_batch(self, fused: FusedMaps, calls: Iterable[Sequence[Any]]) -> list[Any]:
        running = [self._thread_pool.submit(fused, inputs) for inputs in calls]
        try:
            return [each.result() for each in running]
        finally:
            for each in running:
                each.cancel()  # after a failure, or Ctrl-C, what has not begun

    def _complete(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        names, defaults = self.declaration.inputs, self.declaration.defaults
        left_out = names[len(inputs) :]
        if len(inputs) > len(names) or any(name not in defaults for name in left_out):
            raise PipelineError(f"the pipeline takes {', '.join(names)}; {len(inputs)} values were given.")
        if any(value is None for value in inputs):
            raise PipelineError(f"the pipeline takes {', '.join(names)}; None was given, which is no value to Towhee.")
        return (*inputs, *(defaults[name] for name in left_out))
