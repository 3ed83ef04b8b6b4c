"""Progress bars, and how many items an indexing has written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_observers: list[Callable[[int], object]] = []


def progress_bar(progress: bool | None, *, iterable: Any = None, **options: Any) -> Any:
    """A bar of tqdm, shown where `progress` is true or, where it is None, on a terminal."""
    from tqdm import tqdm

    return tqdm(iterable, disable=None if progress is None else not progress, **options)


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
