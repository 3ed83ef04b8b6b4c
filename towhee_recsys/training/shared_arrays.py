"""A value for other processes of this machine, whose arrays are in a file that all of them map into their memory."""

from __future__ import annotations

import io
import mmap
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np

Value = TypeVar("Value")

ALIGNED = 64
"""Arrays begin at multiples of so many bytes."""


@dataclass(frozen=True)
class Shared(Generic[Value]):
    """A value that was written by `share`. It can be passed to another process, which reads the file.

    Attributes:
        path: The file of the arrays.
        head: The rest of the value, pickled; it is in no file.
        parts: Where the bytes of each array begin and end.
    """

    path: Path
    head: bytes
    parts: Sequence[tuple[int, int]]

    def read(self) -> Value:
        """The value. Its arrays are in the file until they are changed, which changes no other process'."""
        with self.path.open("rb") as file:
            memory = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        value: Value = pickle.loads(self.head, buffers=[memory[first:end] for first, end in self.parts])
        return value


def share(value: Value, path: Path) -> Shared[Value]:
    """Writes the arrays of `value` to `path`."""
    head, arrays = io.BytesIO(), list[pickle.PickleBuffer]()
    _Pickler(head, protocol=5, buffer_callback=arrays.append).dump(value)
    parts = []
    with path.open("wb") as file:
        file.write(bytes(ALIGNED))  # an empty file cannot be mapped
        for array in arrays:
            first = file.tell()
            file.write(array.raw())
            parts.append((first, file.tell()))
            file.write(bytes(-file.tell() % ALIGNED))
    return Shared(path, head.getvalue(), parts)


class _Pickler(pickle.Pickler):
    """Pickles an array that repeats one number, such as the times of interactions without, as that number."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.size > 1 and not any(value.strides):
            return np.broadcast_to, (value.flat[0], value.shape)
        return NotImplemented
