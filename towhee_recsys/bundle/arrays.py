"""The arrays of a bundle's `.npz` files: what they are is checked by their headers, before any of them is read.

The files are written without compression, so an array takes the space in memory that it takes on disk. One that is
compressed is refused: it could be made to take any space.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

_DIRECTORY_END = struct.Struct("<4s8x2L2x")
_LARGEST_DIRECTORY = 1 << 20
"""Bytes that the list of a file's arrays may take: it has some twenty."""


class Header(NamedTuple):
    """The type and the shape of an array."""

    dtype: np.dtype
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.dtype}{[*self.shape]}"


class ArrayFile:
    """The arrays of an open file, by their names."""

    def __init__(self, archive: ZipFile):
        self._archive = archive
        self._members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}

    @property
    def names(self) -> list[str]:
        """The names of all arrays."""
        return list(self._members)

    def header(self, name: str) -> Header | None:
        """The type and shape of an array; None if no array has this name.

        Raises:
            ValueError: it is compressed, has objects in it, or its size is not the one that its type and shape have.
        """
        if (member := self._members.get(name)) is None:
            return None
        if member.compress_type != ZIP_STORED or member.compress_size != member.file_size:
            raise ValueError(f"{name} is compressed")
        with self._archive.open(member) as file:
            header = _read_header(file)
            size = member.file_size - file.tell()
        if header.dtype.hasobject or not header.dtype.itemsize or size != header.dtype.itemsize * prod(header.shape):
            raise ValueError(f"the size of {name} is not that of {header}")
        return header

    def read(self, name: str) -> np.ndarray:
        """An array, whose header has been checked."""
        with self._archive.open(self._members[name]) as file:
            array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
            return array


@contextmanager
def open_arrays(path: Path) -> Iterator[ArrayFile]:
    """The arrays in the file at `path`.

    Raises:
        ValueError: the list of its arrays is damaged or too long, names one twice, or two lie in the same place.
        OSError: it cannot be read.
        BadZipFile: likewise.
    """
    with path.open("rb") as file:
        size = _checked_size(file)
        with ZipFile(file) as archive:
            _check_members(archive.infolist(), size)
            yield ArrayFile(archive)


def _checked_size(file: IO[bytes]) -> int:
    """The file's bytes. The list of its members is read at once: it must be short, and no second one (ZIP64) there."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _DIRECTORY_END.size - 20))
    tail = file.read()
    mark, length, _ = _DIRECTORY_END.unpack(tail[-_DIRECTORY_END.size :].rjust(_DIRECTORY_END.size, b"\0"))
    is_replaced = tail.startswith(b"PK\x06\x07") and size < 1 << 31
    if mark != b"PK\x05\x06" or length > _LARGEST_DIRECTORY or is_replaced:
        raise ValueError("its list of arrays is damaged or too long")
    return size


def _check_members(members: list[ZipInfo], size: int) -> None:
    names = [member.filename for member in members]
    if len(set(names)) < len(names) or not all(name.endswith(".npy") for name in names):
        raise ValueError("its list of arrays is damaged")
    if sum(member.compress_size for member in members) > size:
        raise ValueError("its arrays lie in the same place")


def _read_header(file: IO[bytes]) -> Header:
    version = np.lib.format.read_magic(file)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError("an array is of another format")
    shape, _, dtype = readers[version](file)
    return Header(dtype, shape)
