"""Steps are timed while there is a clock, in all threads, and run as they are without one."""

from __future__ import annotations

import threading
import time

import pytest

from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.step_timers import timed, timed_by, timed_step

NAP = 0.02


@timed("double")
def double(number: int) -> int:
    """Twice the number."""
    if number < 0:
        raise ValueError("negative")
    return 2 * number


def test_without_a_clock_nothing_is_timed_and_nothing_is_slowed_down() -> None:
    began = time.perf_counter()
    for _ in range(10_000):
        with timed_step("nothing"):
            double(1)
    assert time.perf_counter() - began < 0.5  # 50 microseconds each; they take less than one


def test_blocks_and_functions_of_all_threads_are_timed() -> None:
    clock = Clock()

    def work() -> None:
        with timed_step("nap"):
            time.sleep(NAP)

    with timed_by(clock):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        work()
        assert double(2) == 4
        with pytest.raises(ValueError, match="negative"):
            double(-1)
    work()
    assert {name: ran.calls for name, ran in clock.steps.items()} == {"nap": 2, "double": 2}
    assert clock.steps["nap"].seconds >= 2 * NAP
    assert clock.idle


def test_a_step_in_parts_is_one_call() -> None:
    clock = Clock()
    with timed_by(clock):
        for calls in (1, 0, 0):
            with timed_step("read", calls):
                time.sleep(NAP)
    assert (clock.steps["read"].calls, clock.steps["read"].seconds >= 3 * NAP) == (1, True)
