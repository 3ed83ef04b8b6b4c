"""PaddlePaddle, imported without its side effects: it sets the root logger to INFO and warns of a missing ccache."""

from __future__ import annotations

import logging
import warnings

_root = logging.getLogger()
_level, _handlers = _root.level, _root.handlers[:]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import paddle
    from paddle import nn
_root.setLevel(_level)
_root.handlers[:] = _handlers

__all__ = ["nn", "paddle"]
