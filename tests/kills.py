"""A real SIGKILL before each step that a function takes on the disk."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

STEPS = ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "open")


def killed_at_each_step(act: Callable[[], Any], prepare: Callable[[], Any]) -> Iterator[int]:
    """Forks a process that runs `act` and is killed before its first step, then before its second, and so on.

    Before each time `prepare` is called; after each kill the number of the step is yielded, to look at what is left.
    """
    for step in count():
        prepare()
        child = os.fork()
        if not child:
            _act(act, step)
        status = os.waitpid(child, 0)[1]
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, "it failed without a kill"
            return
        yield step


def _act(act: Callable[[], Any], step: int) -> None:
    steps = count()

    def kill(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event in STEPS and (event != "open" or _writes(arguments))
        if writes and next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.addaudithook(kill)
        act()
        os._exit(0)
    finally:
        os._exit(1)


def _writes(arguments: tuple[Any, ...]) -> bool:
    return bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
