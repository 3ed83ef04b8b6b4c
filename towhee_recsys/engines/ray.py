"""The engine of a Ray cluster (https://docs.ray.io): the only code that imports Ray."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from towhee_recsys.engines.engine import Block, Engine, Result
from towhee_recsys.errors import EngineError, RecsysError

AHEAD = 2
"""Results that wait to be read for each worker, so that one slow block does not stop the others."""

RETRIES = 3
"""How often a block is computed again when its worker dies."""


class RayEngine:
    """Tasks on a Ray cluster, each with one processor."""

    def __init__(self, ray: Any, workers: int, is_local: bool):
        self._ray, self._workers, self.is_local = ray, workers, is_local

    def map(self, function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """The results for the blocks, in their order. A block whose worker dies is computed again by another."""
        shared = self._ray.put(function)
        task = self._ray.remote(num_cpus=1, max_retries=RETRIES)(_apply)
        waiting: deque[Any] = deque()
        running: list[Any] = []
        for block in blocks:
            while len(running) >= self._workers:  # so many at once, whatever the cluster has
                _, running = self._ray.wait(running, num_returns=1)
            waiting.append(task.remote(shared, block))
            running.append(waiting[-1])
            if len(waiting) > AHEAD * self._workers:
                yield self._result(waiting.popleft())
        while waiting:
            yield self._result(waiting.popleft())

    def _result(self, reference: Any) -> Any:
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.RayTaskError as error:
            if isinstance(error.cause, RecsysError):
                raise error.cause from None
            raise
        except self._ray.exceptions.RayError as error:
            raise EngineError(
                f"Ray lost a block {RETRIES + 1} times: {str(error).strip().splitlines()[0]} "
                "Check the memory of the cluster's machines, and that all have the same towhee_recsys."
            ) from None


def _apply(function: Callable[[Block], Result], block: Block) -> Result:
    return function(block)


@contextmanager
def ray_engine(address: str | None, workers: int | None) -> Iterator[Engine]:
    """Ray at `address`, or started on this machine, with `workers` tasks at once.

    Without a number it is one fewer than the cluster has processors: where tasks take all of them, Ray's own tasks
    starve.

    Raises:
        EngineError: Ray is not installed, there is no cluster at `address`, or it has no processor.
    """
    ray = _imported()
    options: dict[str, Any] = {"num_cpus": workers + 1} if address is None and workers else {}
    place = f"at {address}" if address else "on this machine"
    try:
        ray.init(address=address, logging_level=logging.ERROR, log_to_driver=False, **options)
    except Exception as error:  # ConnectionError, ValueError, RuntimeError and others of its own
        why = str(error).strip().splitlines()[0].rstrip(".")
        check = "the address, and that the cluster runs" if address else "that `ray start --head` works here"
        raise EngineError(f"no Ray cluster can be used {place}: {why}. Check {check}; or use engine local.") from None
    try:
        processors = int(ray.cluster_resources().get("CPU", 0))
        if not processors:
            raise EngineError(f"the Ray cluster {place} has no processor. Add a worker to it.")
        yield RayEngine(ray, workers or max(1, processors - 1), is_local=len(ray.nodes()) == 1 and address is None)
    finally:
        ray.shutdown()


def _imported() -> Any:
    try:
        import ray
    except ImportError as error:
        raise EngineError(
            f"the engine ray needs Ray, which cannot be imported ({error}): pip install 'towhee_recsys[ray]'."
        ) from None
    return ray
