"""PaddlePaddle, imported without its side effects.

It sets the root logger to INFO, warns of a missing ccache, and takes the signals that end a process, to print its C++
stack. Signals that this thread gets during the import wait until our handlers are back: an exception of one would leave
Paddle half imported. One that another thread gets ends the process with the same exit code and with Paddle's stack.
Where Paddle is imported outside the main thread, Python can only restore its own handlers at the next call of
`signal.signal`.
"""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Within its block, signals that would interrupt this thread wait for the end of it; not on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_root = logging.getLogger()
_level, _handlers = _root.level, _root.handlers[:]
with _signals_wait():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import paddle
        from paddle import nn
    paddle.disable_signal_handler()
    with suppress(ValueError):  # not in the main thread
        if (_handler := signal.getsignal(signal.SIGTERM)) is not None:
            signal.signal(signal.SIGTERM, _handler)
    _root.setLevel(_level)
    _root.handlers[:] = _handlers

__all__ = ["nn", "paddle"]
