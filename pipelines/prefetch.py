"""Rows made ahead in a thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Any


@contextmanager
def prefetched(rows: Iterator[Any], limit: int) -> Iterator[Iterator[Any]]:
    """The same rows, made in a thread that runs at most `limit` rows ahead, and ends with the block.

    An error of `rows` is raised where its row would be read. When the block fails, the thread finishes its row first,
    so that no step runs any more; after Ctrl-C nothing is waited for.
    """
    made: SimpleQueue[tuple[bool, Any]] = SimpleQueue()
    free, ended = Semaphore(limit), Event()
    thread = Thread(target=_make, args=(rows, made, free, ended), name="prefetch", daemon=True)
    thread.start()
    try:
        yield _take(made, free)
    except Exception:
        _end(free, ended)
        thread.join()
        raise
    finally:
        _end(free, ended)


def _make(rows: Iterator[Any], made: SimpleQueue[tuple[bool, Any]], free: Semaphore, ended: Event) -> None:
    try:
        while free.acquire() and not ended.is_set():
            made.put((True, next(rows)))
    except BaseException as error:  # StopIteration among them: the end
        made.put((False, error))


def _take(made: SimpleQueue[tuple[bool, Any]], free: Semaphore) -> Iterator[Any]:
    while True:
        is_row, row = made.get()
        if isinstance(row, StopIteration) and not is_row:
            return
        if not is_row:
            raise row
        free.release()
        yield row


def _end(free: Semaphore, ended: Event) -> None:
    ended.set()
    free.release()
