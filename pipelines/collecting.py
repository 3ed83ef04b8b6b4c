"""When garbage is collected: not while a list is answered."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Garbage collection waits, in all threads; where calls overlap, until the first ends: it must not wait for ever.

    The answer to a thousand users is tens of thousands of dicts, and no garbage. For so many new objects Python looks
    through all that the process holds, which takes half as long again as the call. Where it is off, it stays off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
