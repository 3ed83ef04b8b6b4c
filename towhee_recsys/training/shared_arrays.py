"""A value for other processes of this machine, whose arrays are in a file that all of them map into their memory."""

from __future__ import annotations

import io
import mmap
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import numpy as np

from towhee_recsys.support.files import remove_unfinished, write_file

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
    """Writes the arrays of `value` to `path`.

    Raises:
        OSError: the file cannot be written.
    """
    head, arrays, parts = io.BytesIO(), list[pickle.PickleBuffer](), list[tuple[int, int]]()
    _Pickler(head, protocol=5, buffer_callback=arrays.append).dump(value)

    def write(file: BinaryIO) -> None:
        file.write(bytes(ALIGNED))  # an empty file cannot be mapped
        for array in arrays:
            first = file.tell()
            file.write(array.raw())
            parts.append((first, file.tell()))
            file.write(bytes(-file.tell() % ALIGNED))

    write_file(path, write)
    return Shared(path, head.getvalue(), parts)


def remove_shared(path: Path) -> None:
    """Removes the file of a shared value, if there is one; a process that has read the value keeps it."""
    path.unlink(missing_ok=True)
    remove_unfinished(path)


class _Pickler(pickle.Pickler):
    """Pickles an array that repeats one number, such as the times of interactions without, as that number."""

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, np.ndarray) and value.size > 1 and not any(value.strides):
            return np.broadcast_to, (value.flat[0], value.shape)
        return NotImplemented
