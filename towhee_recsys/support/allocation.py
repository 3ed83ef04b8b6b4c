"""Memory that stays with the process from one step of the work to the next."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""Parameters of glibc's `mallopt`, as malloc.h numbers them."""

LARGEST_INT = 2**31 - 1
USUAL_TRIM, USUAL_MAPS = 64 << 20, 65_536
"""What glibc uses by itself: it raises its threshold to 64 MB where blocks of 32 MB are used, and maps larger ones."""


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
    library.mallopt(M_MMAP_MAX, 0)
    library.mallopt(M_TRIM_THRESHOLD, LARGEST_INT)
    try:
        yield
    finally:
        library.mallopt(M_MMAP_MAX, USUAL_MAPS)
        library.mallopt(M_TRIM_THRESHOLD, USUAL_TRIM)
        library.malloc_trim(0)


@cache
def _glibc() -> Any:
    """The C library that the process runs on; None if it is not glibc."""
    try:
        library = ctypes.CDLL(None)
    except (OSError, TypeError):  # on Windows
        return None
    return library if hasattr(library, "gnu_get_libc_version") and hasattr(library, "mallopt") else None
