"""Defects of Towhee 1.1.3, mended for every pipeline of the process, hand-composed ones included.

These are private details of that version; pyproject.toml pins it, tests/operators/test_towhee_fixes.py shows each.
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


def mend_towhee() -> None:
    """Makes the mends; a second call changes nothing."""
    DataQueue.__init__.__defaults__ = (0, False)  # (max_size, keep_data): no limit, for a full queue waits without
    # looking up: for ever, if the node that empties it failed or got no thread
    DataQueue.failed = False
    _mend(DataQueue, "clear_and_seal", _remember_the_failure)
    _mend(DataQueue, "get", _pass_the_failure_on)
    _mend(OperatorPool, "__init__", _with_a_lock_that_can_be_reentered)
    _mend(OperatorLoader, "_load_operator_from_hub", _but_not_for_our_names)
    if not isinstance(AutoPipes._lock, type(threading.RLock())):
        AutoPipes._lock = threading.RLock()  # or a pipeline's definition could not make use of another pipeline
    if engine_log.level == logging.NOTSET:  # Paddle sets the root logger to INFO; Towhee would tell of every node then
        engine_log.setLevel(logging.WARNING)


def _mend(owner: Any, name: str, mend: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    if not getattr(original, "mended", False):
        mended = mend(original)
        mended.mended = True
        setattr(owner, name, mended)


def _remember_the_failure(clear_and_seal: Any) -> Any:
    """A node that failed clears and seals its outputs; what reads them could not tell that from their end."""

    def mended(self: Any) -> None:
        self.failed = self.failed or not self.sealed
        clear_and_seal(self)

    return mended


def _pass_the_failure_on(get: Any) -> Any:
    """So a `window_all` went on with what it had: half of an indexing would have been published."""

    def mended(self: Any) -> Any:
        row = get(self)
        if row is None and self.failed:
            raise RuntimeError("an earlier step failed")
        return row

    return mended


def _with_a_lock_that_can_be_reentered(init: Any) -> Any:
    """Garbage collection within `acquire_op` can free a node of another call, which takes the same lock."""

    def mended(self: Any) -> None:
        init(self)
        self._lock = threading.RLock()

    return mended


def _but_not_for_our_names(load: Any) -> Any:
    """What is not registered is downloaded and run; of our namespace nothing is to be had there."""

    def mended(self: Any, function: str, *about: Any) -> Any:
        if function.startswith(OURS):
            ours = [name.removeprefix(OURS) for name in OperatorRegistry.op_names() if name.startswith(OURS)]
            name = function.removeprefix(OURS).replace("-", "_")
            known = [each.replace("-", "_") for each in ours]
            accepted = ", ".join(sorted(known))
            raise PipelineError(f"there is no operator {name!r}.{close_match(name, known)} There are: {accepted}.")
        return load(self, function, *about)

    return mended
