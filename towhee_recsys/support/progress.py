"""How far an indexing has come, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_watching: list[Callable[[int], object]] = []


@contextmanager
def watched(told: Callable[[int], object]) -> Iterator[None]:
    """Meanwhile `told` is called with the number of items whenever so many more are in a build of this process'."""
    _watching.append(told)
    try:
        yield
    finally:
        _watching.remove(told)


def tell(items: int) -> None:
    """Says that so many more items are in a build."""
    for told in tuple(_watching):
        told(items)
