"""Three defects of Towhee 1.1.3 that hang a process, mended for every pipeline in it, hand-composed ones included.

These are private details of that version; pyproject.toml pins it, tests/operators/test_towhee_fixes.py shows each hang.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from towhee import AutoPipes
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.operator_manager.operator_pool import OperatorPool
from towhee.utils.log import engine_log


def mend_towhee() -> None:
    """Makes the mends; a second call changes nothing."""
    _queues_without_limit()
    _pools_that_can_be_reentered()
    AutoPipes._lock = threading.RLock()  # or a pipeline's definition could not make use of another pipeline
    if engine_log.level == logging.NOTSET:  # Paddle sets the root logger to INFO; Towhee would tell of every node then
        engine_log.setLevel(logging.WARNING)


def _queues_without_limit() -> None:
    """A full queue waits without looking up: for ever, if the node that empties it failed or got no thread."""
    DataQueue.__init__.__defaults__ = (0, False)  # (max_size, keep_data); 0 is no limit


def _pools_that_can_be_reentered() -> None:
    """Garbage collection within `acquire_op` can free a node of another call, which takes the same lock."""
    original = OperatorPool.__init__
    if getattr(original, "mended", False):
        return

    def mended_init(self: Any) -> None:
        original(self)
        self._lock = threading.RLock()

    mended_init.mended = True  # type: ignore[attr-defined]
    OperatorPool.__init__ = mended_init
