"""The steps of a pipeline with their operators: built once, called often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from towhee.runtime.dag_repr import DAGRepr
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.operator_manager import OperatorPool
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.engines import Engine
from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines.declaration import Declaration
from towhee_recsys.pipelines.linear import LinearRunner
from towhee_recsys.pipelines.operator_check import registered
from towhee_recsys.pipelines.towhee_graph import on_towhees_graph
from towhee_recsys.pipelines.verbs import LINEAR

WRITING = ("milvus_insert", "catalogue_insert", "projection_insert", "history_insert", "publish")
"""The operators that write."""

_Result = TypeVar("_Result")


class Steps:
    """A declared pipeline with all its operators. Safe under threads.

    Args:
        dag: The pipeline in Towhee's representation; kept as an attribute.
        declaration: The pipeline as its file declares it; kept as an attribute.
        engine: What computes the steps that can be computed elsewhere; None for this process.

    Raises:
        PipelineError: there is an engine, and a step that only Towhee's graph runs.
        RecsysError: building an operator raised it; PipelineError with the step's name for an error of another kind.
    """

    def __init__(self, dag: DAGRepr, declaration: Declaration, engine: Engine | None = None):
        self.dag, self.declaration, self._pool = dag, declaration, OperatorPool()
        self._runner: LinearRunner | None = None
        if all(step.verb in LINEAR for step in declaration.steps):
            self._runner = LinearRunner(dag, declaration.steps, self._pool, engine)
        elif engine is not None:
            raise PipelineError(f"an engine runs pipelines of {', '.join(LINEAR)} alone; this one has other steps.")
        else:
            self.on_towhees_graph(RuntimePipeline.preload)

    @property
    def writes(self) -> bool:
        """Whether a step writes to a store."""
        return any(registered(step.op) in map(registered, WRITING) for step in self.declaration.steps)

    @property
    def linear(self) -> bool:
        """Whether our own runner runs them; else Towhee's graph does."""
        return self._runner is not None

    def __call__(self, inputs: Sequence[Any]) -> DataQueue:
        """The rows that come out for the inputs' values."""
        if self._runner:
            return self._runner(inputs)
        return self.on_towhees_graph(lambda towhee: towhee(*inputs))

    def on_towhees_graph(self, run: Callable[[RuntimePipeline], _Result]) -> _Result:
        """What `run` gives for Towhee's own pipeline of these steps."""
        _, *nodes, _ = self.dag.top_sort
        steps = dict(zip(nodes, self.declaration.steps, strict=True))
        return on_towhees_graph(self.dag, steps, self._pool, run)


class FixedSteps:
    """Steps that stay the same."""

    model_id: str | None = None

    def __init__(self, steps: Steps):
        self.steps = steps

    def reload(self) -> None:
        """Does nothing."""

    def run(self, call: Callable[[Steps], _Result]) -> _Result:
        """What `call` gives for the steps."""
        return call(self.steps)
