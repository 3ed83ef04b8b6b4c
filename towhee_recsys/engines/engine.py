"""The protocol of engines, and their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pkgutil import resolve_name
from typing import Literal, Protocol, TypeVar

from towhee_recsys.errors import EngineError

Block = TypeVar("Block")
Result = TypeVar("Result")

EngineName = Literal["local", "ray"]

ENGINES: dict[EngineName, str] = {
    "local": "towhee_recsys.engines.local:local_engine",
    "ray": "towhee_recsys.engines.ray:ray_engine",
}
"""What opens an engine, by the engine's name: called with the address and the number of workers."""


class Engine(Protocol):
    """Somewhere to apply a function to many blocks.

    The function and the blocks may be pickled. So the function itself makes what is expensive to make, such as a loaded
    model, at its first call in a worker, and keeps it there.

    Attributes:
        is_local: Whether all workers are on this machine and see its files.
    """

    is_local: bool

    def map(self, function: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """The results for the blocks, in their order. Few blocks are read ahead, so that memory stays flat.

        Raises:
            RecsysError: as the function raised it.
            EngineError: workers die again and again, or cannot be reached.
        """
        ...


def open_engine(
    name: EngineName, address: str | None = None, workers: int | None = None
) -> AbstractContextManager[Engine]:
    """The engine of this name, which is closed at the end of a `with` block.

    Args:
        name: `local` is this process, or with several workers a pool of processes; `ray` is a Ray cluster.
        address: Of a Ray cluster, such as `auto`, `HOST:PORT` or `ray://HOST:PORT`; None starts one on this machine.
        workers: How many processes work at once: 1 by default on `local`, and on Ray as many as the cluster has
            processors but one, which is left to its own tasks.

    Raises:
        EngineError: `name` is not one of `ENGINES`, `workers` is below 1, the engine's package is missing, or there is
            no such cluster.
    """
    if name not in ENGINES:
        raise EngineError(f"engine {name!r} is not known. Accepted: {', '.join(ENGINES)}.")
    if workers is not None and workers < 1:
        raise EngineError(f"{workers} workers are given; at least 1 is accepted.")
    opened: AbstractContextManager[Engine] = resolve_name(ENGINES[name])(address, workers)
    return opened
