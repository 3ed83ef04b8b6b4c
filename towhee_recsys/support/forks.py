"""What a forked process inherits: locks are free there, no call is under way, and connections are not shared."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_CALL = 5.0
"""Seconds that a fork waits for the calls under way."""

_locks: weakref.WeakSet[Any] = weakref.WeakSet()
_renewed: weakref.WeakKeyDictionary[Any, Callable[[Any], object]] = weakref.WeakKeyDictionary()


def new_lock(reentrant: bool = False) -> Any:
    """A `threading.Lock`, or an `RLock`, that is free in a forked process, whichever thread held it."""
    lock = threading.RLock() if reentrant else threading.Lock()
    _locks.add(lock)
    return lock


def renew_in_child(owner: T, renew: Callable[[T], object]) -> None:
    """Calls `renew(owner)` at the start of each forked process, for as long as `owner` exists."""
    _renewed[owner] = renew


class Calls:
    """Calls of a library that a fork must not interrupt: a fork waits until those under way have ended.

        with calls:
            library.call()

    No fork happens during the block, unless it takes too long.

    gRPC, for example, hangs in a process that was forked while another thread was in it.

    Args:
        release: Called before each fork that interrupts no call, to close what a child must not inherit.
    """

    def __init__(self, release: Callable[[], object] | None = None) -> None:
        self._release = release
        self._change = threading.Condition(threading.Lock())
        self._under_way, self._forking = 0, False
        self.interrupted = False
        """Whether this process was forked while a call was under way, one that did not end in time."""
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(before=self._before, after_in_parent=self._after, after_in_child=self._in_child)

    def __enter__(self) -> None:
        with self._change:
            while self._forking:
                self._change.wait()
            self._under_way += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._change:
            self._under_way -= 1
            if self._forking:
                self._change.notify_all()

    def _before(self) -> None:
        end = time.monotonic() + LONGEST_CALL
        with self._change:
            while self._forking:  # another thread forks
                self._change.wait()
            self._forking = True
            while self._under_way and (left := end - time.monotonic()) > 0:
                self._change.wait(left)
            if self._release and not self._under_way:
                self._release()

    def _after(self) -> None:
        with self._change:
            self._forking = False
            self._change.notify_all()

    def _in_child(self) -> None:
        self.interrupted = self.interrupted or self._under_way > 0
        self._change = threading.Condition(threading.Lock())
        self._under_way, self._forking = 0, False


def interruption() -> str:
    """What is wrong in a process where `Calls.interrupted` is true, and what to do: for messages."""
    return (
        f"process {os.getpid()} was forked during a call of another thread that took longer than {LONGEST_CALL:g} "
        "seconds. Start processes by `spawn`, or fork while no thread calls"
    )


def _in_child() -> None:
    for lock in list(_locks):
        lock._at_fork_reinit()
    for owner, renew in list(_renewed.items()):
        renew(owner)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
