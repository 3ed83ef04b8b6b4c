"""The engine of one machine: this process, or a pool of processes."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from towhee_recsys.engines.engine import Block, Engine, Result
from towhee_recsys.errors import EngineError

AHEAD = 2
"""Blocks that wait for each process, so that it has work while results are read."""

ATTEMPTS = 3
"""How often a block is computed at most when processes of the pool are killed at it."""


class InThisProcess:
    """Block after block in the calling thread."""

    is_local = True

    def map(self, function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """The results for the blocks, each computed when it is read."""
        return map(function, blocks)


class Pool:
    """Processes of this machine, which start afresh and inherit no connections."""

    is_local = True

    def __init__(self, workers: int):
        self._workers = workers
        self._executor = self._started()

    def map(self, function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """The results for the blocks, in their order. Blocks that a killed process had are computed again."""
        waiting: deque[tuple[Block, Future[Result]]] = deque()
        for block in blocks:
            waiting.append((block, self._submit(function, block)))
            if len(waiting) > AHEAD * self._workers:
                yield self._next(function, waiting)
        while waiting:
            yield self._next(function, waiting)

    def close(self) -> None:
        """Ends the processes; blocks that have not begun are dropped."""
        self._executor.shutdown(cancel_futures=True)

    def _next(self, function: Callable[[Block], Result], waiting: deque[tuple[Block, Future[Result]]]) -> Result:
        for _ in range(ATTEMPTS):
            try:
                result = waiting[0][1].result()
            except BrokenProcessPool:  # one process was killed, and with it all results that were not ready
                self._executor.shutdown()
                self._executor = self._started()
                again = [(block, self._submit(function, block)) for block, _ in waiting]
                waiting.clear()
                waiting.extend(again)
            else:
                waiting.popleft()
                return result
        raise EngineError(
            f"processes of the pool were killed {ATTEMPTS} times at the same blocks. The system ends processes that "
            f"take too much memory: use fewer workers than {self._workers}."
        )

    def _submit(self, function: Callable[[Block], Result], block: Block) -> Future[Result]:
        try:
            return self._executor.submit(function, block)
        except BrokenProcessPool:  # found out when the results are read, in their order
            broken: Future[Result] = Future()
            broken.set_exception(BrokenProcessPool())
            return broken

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"))


@contextmanager
def local_engine(address: str | None, workers: int | None) -> Iterator[Engine]:
    """This process, or with several `workers` a pool of so many.

    Raises:
        EngineError: an address is given.
    """
    if address is not None:
        raise EngineError(f"the engine local has no address; {address!r} is given. Leave it out, or use engine ray.")
    if workers in (None, 1):
        yield InThisProcess()
        return
    pool: Any = Pool(workers or 1)
    try:
        yield pool
    finally:
        pool.close()
