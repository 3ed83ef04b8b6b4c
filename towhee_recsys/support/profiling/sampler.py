"""Samples where all threads are, a hundred times a second.

A profiler that traces every call, such as cProfile or yappi, slows calls down and nothing else: a command that mostly
imports takes more than twice as long, and its profile is distorted. Most see one thread only.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import defaultdict
from types import FrameType

from towhee_recsys.support.profiling.clock import Clock

INTERVAL = 0.01
"""Seconds between two samples. The time since the last sample is counted for what is seen."""

WAITING = {
    ("concurrent.futures.thread", "_worker"),
    ("grpc._channel", "_channel_spin"),
    ("queue", "get"),
    ("selectors", "select"),
    ("threading", "_wait_for_tstate_lock"),
    ("threading", "join"),
    ("threading", "wait"),
}
"""Where a thread waits for another: its time is the other one's."""

IMPORT = ("importlib._bootstrap", "_find_and_load")

OUTSIDE = {
    "imports": {IMPORT},
    "building the pipeline": {("towhee_recsys.pipelines.builder", "load_pipeline")},
    "between the steps of a pipeline": {
        ("towhee_recsys.pipelines.runtime", "__call__"),
        ("towhee_recsys.pipelines.runtime", "batch"),
    },
}
"""What the profiled thread may do outside of steps, by functions that are on its stack; the first that fits."""

ELSE = "all else"


class Sampler(threading.Thread):
    """Samples all threads until `stop`.

    `own` and `in_all` have seconds by function, over all threads: in itself, and with all that it called.
    Of the thread that made the sampler, `outside` has the seconds outside of steps, by `OUTSIDE`'s names, and `imports`
    those of all imports, within steps, too, by the package that was being loaded.
    """

    def __init__(self, clock: Clock):
        super().__init__(name="profile", daemon=True)
        self.own: dict[str, float] = defaultdict(float)
        self.in_all: dict[str, float] = defaultdict(float)
        self.outside: dict[str, float] = defaultdict(float)
        self.imports: dict[str, float] = defaultdict(float)
        self._clock, self._profiled = clock, threading.get_ident()
        self._ended = threading.Event()

    def run(self) -> None:
        """Takes samples until `stop`."""
        last = time.perf_counter()
        while not self._ended.wait(INTERVAL):
            now = time.perf_counter()
            self._sample(now - last)
            last = now

    def stop(self) -> None:
        """Takes no more samples."""
        self._ended.set()
        self.join()

    def _sample(self, lasted: float) -> None:
        for thread, frame in sys._current_frames().items():
            if thread == threading.get_ident():
                continue
            stack = _stack(frame)
            if (stack[0][0], stack[0][1].rpartition(".")[2]) not in WAITING:
                names = [f"{module}:{function}" for module, function in stack]
                self.own[names[0]] += lasted
                for name in set(names):
                    self.in_all[name] += lasted
            if thread == self._profiled:
                self._count(stack, lasted)

    def _count(self, stack: list[tuple[str, str]], lasted: float) -> None:
        on_stack = {(module, function.rpartition(".")[2]) for module, function in stack}
        if IMPORT in on_stack:
            loading = next((module for module, function in stack if function == "<module>"), "others")
            self.imports[loading.partition(".")[0]] += lasted
        if self._clock.idle:
            name = next((name for name, functions in OUTSIDE.items() if functions & on_stack), ELSE)
            self.outside[name] += lasted


def _stack(frame: FrameType | None) -> list[tuple[str, str]]:
    """Module and function of each frame, innermost first; of functions in classes the class, from Python 3.11 on."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append((str(frame.f_globals.get("__name__")), getattr(code, "co_qualname", code.co_name)))
        frame = frame.f_back
    return found
