"""Memory that stays with the process from one step of the work to the next."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Parameters of glibc's `mallopt`, as malloc.h numbers them."""

REUSED = {M_TRIM_THRESHOLD: 2**31 - 1, M_MMAP_THRESHOLD: 48 << 20, M_ARENA_MAX: 1}
"""Blocks of up to 48 MB are used again. Larger ones and more heaps than one would leave large gaps between the others.
"""

USUAL = {M_TRIM_THRESHOLD: 64 << 20, M_MMAP_THRESHOLD: 32 << 20, M_ARENA_MAX: 0}
"""What glibc goes up to by itself where blocks of 32 MB are used."""


@contextmanager
def memory_reused() -> Iterator[None]:
    """Within the block, freed memory is used again instead of being returned to the system; at its end it is returned.

    By default glibc returns large blocks as soon as they are freed, and the system clears each page that it gives again
    later. With arrays of 30 MB that takes several times as long as adding them. Other C libraries are left as they are.
    """
    library = _glibc()
    if library is None:
        yield
        return
    for parameter, value in REUSED.items():
        library.mallopt(parameter, value)
    try:
        yield
    finally:
        for parameter, value in USUAL.items():
            library.mallopt(parameter, value)
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    """The C library that the process runs on; None if it is not glibc."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # on Windows
        return None
    return library if hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt") else None
