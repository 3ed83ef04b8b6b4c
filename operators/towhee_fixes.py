"""Fixes of Towhee 1.1.3 for every pipeline of the process that runs on Towhee's graph: hand-composed ones.

They change private details of that version: pyproject.toml pins it, tests/operators/test_towhee_fixes.py shows each
defect.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from towhee import AutoPipes
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.operator_manager import OperatorRegistry
from towhee.runtime.operator_manager.operator_loader import OperatorLoader
from towhee.runtime.operator_manager.operator_pool import OperatorPool
from towhee.utils.log import engine_log

from towhee_recsys.errors import PipelineError, close_match

OURS = "towhee-recsys/"
"""How Towhee spells the namespace of our operators."""


def patch_towhee() -> None:
    """Applies all fixes; a second call changes nothing."""
    DataQueue.__init__.__defaults__ = (0, False)  # (max_size, keep_data): no limit, for a thread that waits at a full
    # queue never wakes up if the node that empties it failed or got no thread
    DataQueue.failed = False
    _patch(DataQueue, "clear_and_seal", _recording_failure)
    _patch(DataQueue, "get", _raising_after_failure)
    _patch(OperatorPool, "__init__", _with_reentrant_lock)
    _patch(OperatorLoader, "_load_operator_from_hub", _refusing_our_names)
    if not isinstance(AutoPipes._lock, type(threading.RLock())):
        AutoPipes._lock = threading.RLock()  # or a pipeline's definition could not use another pipeline
    if engine_log.level == logging.NOTSET:  # Paddle sets the root logger to INFO; Towhee would log every node then
        engine_log.setLevel(logging.WARNING)


def _patch(owner: Any, name: str, patch: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    if not getattr(original, "patched", False):
        patched = patch(original)
        patched.patched = True
        setattr(owner, name, patched)


def _recording_failure(clear_and_seal: Any) -> Any:
    """A node that fails clears and seals its outputs; the node that reads them takes that for the end of the rows."""

    def patched(self: Any) -> None:
        self.failed = self.failed or not self.sealed
        clear_and_seal(self)

    return patched


def _raising_after_failure(get: Any) -> Any:
    """Without it a `window_all` runs on the rows before a failure: half of an indexing would be published."""

    def patched(self: Any) -> Any:
        row = get(self)
        if row is None and self.failed:
            raise RuntimeError("an earlier step failed")
        return row

    return patched


def _with_reentrant_lock(init: Any) -> Any:
    """Garbage collection within `acquire_op` can free a node of another call, which takes the same lock."""

    def patched(self: Any) -> None:
        init(self)
        self._lock = threading.RLock()

    return patched


def _refusing_our_names(load: Any) -> Any:
    """Towhee downloads and runs what is not registered; there is nothing of our namespace at its hub."""

    def patched(self: Any, function: str, *about: Any) -> Any:
        if function.startswith(OURS):
            ours = [name.removeprefix(OURS) for name in OperatorRegistry.op_names() if name.startswith(OURS)]
            name = function.removeprefix(OURS).replace("-", "_")
            known = sorted(each.replace("-", "_") for each in ours)
            raise PipelineError(
                f"there is no operator {name!r}.{close_match(name, known)} Registered: {', '.join(known)}."
            )
        return load(self, function, *about)

    return patched
