"""Progress bars, and reports of how much has been done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Progress:
    """Passes reports of finished work to observers; both may be in any thread."""

    def __init__(self) -> None:
        self._observers: list[Callable[[int], object]] = []

    @contextmanager
    def observe(self, observer: Callable[[int], object]) -> Iterator[None]:
        """Within the context, calls `observer` with the count of each report."""
        self._observers.append(observer)
        try:
            yield
        finally:
            self._observers.remove(observer)

    def report(self, count: int) -> None:
        """Reports that `count` more have been done."""
        for observer in tuple(self._observers):
            observer(count)


def progress_bar(progress: bool | None, *, iterable: Any = None, **options: Any) -> Any:
    """A bar of tqdm, shown where `progress` is true or, where it is None, on a terminal."""
    from tqdm import tqdm

    return tqdm(iterable, disable=None if progress is None else not progress, **options)
