"""How many items an indexing has written, reported to a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_observers: list[Callable[[int], object]] = []


@contextmanager
def observe_progress(observer: Callable[[int], object]) -> Iterator[None]:
    """Within the context, `observer` is called with the number of items just written, from any thread."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def report_progress(items: int) -> None:
    """Reports that so many more items have been written."""
    for observer in tuple(_observers):
        observer(items)
