"""How long each step ran, and what share of the elapsed time was its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class StepTime:
    """A step's `calls`, their `seconds` in all, and its `share`, in seconds, of the time that passed.

    The two differ where steps run at once, in several threads: each then has an equal share of the time that passes.
    A step within a step is not counted in the outer one.
    """

    calls: int = 0
    seconds: float = 0.0
    share: float = 0.0


class Clock:
    """Times steps in any number of threads. `steps` has them in the order in which they began.

    The steps `around` others may wait for them: they have the time when no other step runs.
    """

    def __init__(self, around: Collection[str] = ()):
        self.steps: dict[str, StepTime] = {}
        self._around = around
        self._stacks: dict[int, list[str]] = {}
        self._last = time.perf_counter()
        self._lock = threading.Lock()

    @contextmanager
    def running(self, step: str, calls: int = 1) -> Iterator[None]:
        """While the block runs, this thread is at `step`. Of a step that calls itself the outermost call counts."""
        thread = threading.get_ident()
        with self._lock:
            self._pass()
            stack = self._stacks.setdefault(thread, [])
            ran = self.steps.setdefault(step, StepTime())
            ran.calls += calls if step not in stack else 0
            stack.append(step)
        try:
            yield
        finally:
            with self._lock:
                self._pass()
                stack.pop()
                if not stack:
                    del self._stacks[thread]

    @property
    def idle(self) -> bool:
        """Whether no step runs."""
        return not self._stacks

    def stop(self) -> None:
        """Counts the time of steps that are still running."""
        with self._lock:
            self._pass()

    def _pass(self) -> None:
        now = time.perf_counter()
        lasted, self._last = now - self._last, now
        running = [stack[-1] for stack in self._stacks.values()]
        running = [step for step in running if step not in self._around] or running
        for step in running:
            self.steps[step].seconds += lasted
            self.steps[step].share += lasted / len(running)
