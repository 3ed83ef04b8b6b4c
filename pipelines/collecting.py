"""When garbage is collected: not while a list is answered."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


class _State:
    waits = False


@contextmanager
def no_collecting() -> Iterator[None]:
    """Garbage collection waits, in all threads; of calls that overlap, for the one that ends first.

    The answer to a thousand users is tens of thousands of dicts, and no garbage. For so many new objects Python looks
    through all that the process holds, which takes half as long again as the call. Where it is off already, it stays
    off; who turns it off meanwhile finds it on again.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    _State.waits = True
    try:
        yield
    finally:
        _State.waits = False
        gc.enable()


def _go_on_in_a_fork() -> None:
    """The thread that would turn it on again is not there."""
    if _State.waits:
        _State.waits = False
        gc.enable()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_go_on_in_a_fork)
