"""Rows made ahead in threads."""

from __future__ import annotations

from collections.abc import Iterator
from queue import SimpleQueue
from threading import Semaphore, Thread
from types import TracebackType
from typing import Any

_Made = SimpleQueue[tuple[bool, Any]]
"""Rows, each with True, and at their end an error with False: StopIteration if there was none."""


class Prefetcher:
    """`rows = prefetcher(rows)` gives the same rows, made in a thread that is at most `limit` rows ahead.

    An error is raised where its row would be read. Threads end with the block of `with prefetcher:`, when they have
    finished their rows, so that nothing runs on after it; only Ctrl-C does not wait for them.
    """

    def __init__(self, limit: int):
        self._limit, self._ended = limit, False
        self._running: list[tuple[Thread, _Made, Semaphore]] = []

    def __call__(self, rows: Iterator[Any]) -> Iterator[Any]:
        """Starts a thread that makes `rows`."""
        made, free = _Made(), Semaphore(self._limit)
        thread = Thread(target=self._make, args=(rows, made, free), name="prefetch", daemon=True)
        self._running.append((thread, made, free))
        thread.start()
        return _taken(made, free)

    def __enter__(self) -> Prefetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended = True
        for _, made, free in self._running:  # wakes those that wait for one another
            free.release()
            made.put((False, RuntimeError("the call has ended")))
        if error is None or isinstance(error, Exception):
            for thread, _, _ in self._running:
                thread.join()

    def _make(self, rows: Iterator[Any], made: _Made, free: Semaphore) -> None:
        try:
            while free.acquire() and not self._ended:
                made.put((True, next(rows)))
        except BaseException as error:
            made.put((False, error))


def _taken(made: _Made, free: Semaphore) -> Iterator[Any]:
    while True:
        is_row, row = made.get()
        if is_row:
            free.release()
            yield row
        elif isinstance(row, StopIteration):
            return
        else:
            raise row
