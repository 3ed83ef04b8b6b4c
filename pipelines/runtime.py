"""Pipelines at run time: Towhee's, with errors that keep their type and defaults for inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from towhee.runtime.data_queue import DataQueue
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines.steps import Steps
from towhee_recsys.pipelines.towhee_graph import MAX_WORKERS

_Result = TypeVar("_Result")


class Source(Protocol):
    """Where a pipeline gets its steps from: `FixedSteps` or `FollowingSteps`."""

    steps: Steps
    """The current steps."""

    model_id: str | None
    """The id of the published model that they encode with; None for others."""

    def run(self, call: Callable[[Steps], _Result]) -> _Result:
        """What `call` gives for the steps."""

    def reload(self) -> None:
        """Changes over to the model that is published now."""


class Pipeline(RuntimePipeline):
    """A Towhee `RuntimePipeline` that runs its steps itself, except windows, and raises their errors as they are.

    An input that the declaration gives a default may be left out. All operators are built at once. Safe under threads.
    """

    def __init__(self, source: Source):
        super().__init__(source.steps.dag, max_workers=MAX_WORKERS)
        self.declaration, self._source = source.steps.declaration, source
        self._threads = ThreadPoolExecutor(MAX_WORKERS, "pipeline")

    def __call__(self, *inputs: Any) -> DataQueue:
        """The rows that come out for these inputs.

        Raises:
            RecsysError: a step raised it; PipelineError with the step's name for an error of another kind.
        """
        complete = self._complete(inputs)
        return self._source.run(lambda steps: steps(complete))

    @property
    def model_id(self) -> str | None:
        """The id of the published model that answers; None where the pipeline does not read the index."""
        return self._source.model_id

    def reload(self) -> None:
        """Changes over to the model that is published now, without waiting for the next call.

        Raises:
            IndexMismatchError: there is no index, or the model of its live build is not here.
            RecsysError: building a step raised it, or the pipeline's `check`; the old model serves on.
        """
        self._source.reload()

    def batch(self, batch_inputs: Iterable[Any]) -> list[DataQueue]:
        """The rows of each of several calls, which run at once; of several inputs, each call has a tuple.

        Raises:
            RecsysError: as a call.
        """
        calls = self._calls(batch_inputs)
        return self._source.run(lambda steps: self._batch(steps, calls))

    def debug(self, *inputs: Any, batch: bool = False, **options: Any) -> Any:
        """Towhee's visualizer of a call, with `profiler=True` or `tracer=True`; see Towhee's own `debug`."""
        if batch:
            calls = self._as_towhee_takes(self._calls(inputs[0]))
            return self._on_towhees_graph(lambda towhee: towhee.debug(calls, batch=True, **options))
        complete = self._complete(inputs)
        return self._on_towhees_graph(lambda towhee: towhee.debug(*complete, **options))

    def _batch(self, steps: Steps, calls: list[tuple[Any, ...]]) -> list[DataQueue]:
        if not steps.linear:
            return steps.on_towhees_graph(lambda towhee: towhee.batch(self._as_towhee_takes(calls)))
        running = [self._threads.submit(steps, inputs) for inputs in calls]
        try:
            return [each.result() for each in running]
        finally:
            for each in running:
                each.cancel()  # after a failure, or Ctrl-C, what has not begun

    def _on_towhees_graph(self, run: Callable[[RuntimePipeline], _Result]) -> _Result:
        return self._source.run(lambda steps: steps.on_towhees_graph(run))

    def _calls(self, batch_inputs: Iterable[Any]) -> list[tuple[Any, ...]]:
        alone = len(self.declaration.inputs) == 1
        return [self._complete((inputs,) if alone else tuple(inputs)) for inputs in batch_inputs]

    def _as_towhee_takes(self, calls: list[tuple[Any, ...]]) -> list[Any]:
        return [inputs[0] for inputs in calls] if len(self.declaration.inputs) == 1 else calls

    def _complete(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """The inputs with the defaults of those that are left out.

        Raises:
            PipelineError: there are too few or too many, or one is None.
        """
        names, defaults = self.declaration.inputs, self.declaration.defaults
        left_out = names[len(inputs) :]
        if len(inputs) > len(names) or any(name not in defaults for name in left_out):
            raise PipelineError(f"the pipeline takes {', '.join(names)}; {len(inputs)} values were given.")
        if any(value is None for value in inputs):
            raise PipelineError(
                f"the pipeline takes {', '.join(names)}; None was given, which Towhee takes for no value."
            )
        return (*inputs, *(defaults[name] for name in left_out))
