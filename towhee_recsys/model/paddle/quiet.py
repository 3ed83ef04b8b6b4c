"""PaddlePaddle, imported without its side effects.

It sets the root logger to INFO, warns of a missing ccache, and takes the signals that end a process, to print its C++
stack. Where Paddle is imported outside the main thread, Python can only restore its own handlers at the next call of
`signal.signal`.
"""

from __future__ import annotations

import logging
import signal
import warnings
from contextlib import suppress

_root = logging.getLogger()
_level, _handlers = _root.level, _root.handlers[:]
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
