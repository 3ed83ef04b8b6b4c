"""Time is counted once: to the innermost step, and shared by steps that run at once."""

from __future__ import annotations

import threading
import time

from towhee_recsys.support.profiling.clock import Clock

NAP = 0.05


def at_once(clock: Clock, *steps: str) -> float:
    """Runs each step in a thread of its own, all together, and gives the seconds that passed."""
    together = threading.Barrier(len(steps))

    def work(step: str) -> None:
        with clock.running(step):
            together.wait()
            time.sleep(NAP)
            together.wait()

    began = time.perf_counter()
    threads = [threading.Thread(target=work, args=[step]) for step in steps]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return time.perf_counter() - began


def test_steps_at_once_share_the_time_that_passes() -> None:
    clock = Clock()
    passed = at_once(clock, "read", "write")
    assert all(ran.seconds >= NAP for ran in clock.steps.values())
    assert NAP <= sum(ran.share for ran in clock.steps.values()) <= passed


def test_one_step_in_several_threads_has_their_seconds_and_their_share_once() -> None:
    clock = Clock()
    passed = at_once(clock, "encode", "encode")
    ran = clock.steps["encode"]
    assert (ran.calls, ran.seconds >= 2 * NAP, ran.share <= passed) == (2, True, True)


def test_a_step_within_a_step_is_not_counted_in_the_outer_one() -> None:
    clock, began = Clock(), time.perf_counter()
    with clock.running("save"):
        with clock.running("draw"):
            time.sleep(NAP)
        time.sleep(NAP)
    assert clock.steps["save"].seconds + clock.steps["draw"].seconds <= time.perf_counter() - began
    assert all(ran.seconds >= NAP for ran in clock.steps.values())


def test_of_a_step_that_calls_itself_the_outermost_call_counts() -> None:
    clock, began = Clock(), time.perf_counter()
    with clock.running("search"), clock.running("search"):
        time.sleep(NAP)
    assert clock.steps["search"].calls == 1
    assert NAP <= clock.steps["search"].seconds <= time.perf_counter() - began


def test_a_step_that_waits_for_others_leaves_the_time_to_them() -> None:
    clock = Clock(around={"epoch"})
    with clock.running("epoch"):
        time.sleep(NAP)
        at_once(clock, "step")
    step = clock.steps["step"]
    assert step.share == step.seconds
    assert clock.steps["epoch"].seconds >= NAP


def test_what_still_runs_is_counted_when_the_clock_stops() -> None:
    clock = Clock()
    with clock.running("train"):
        time.sleep(NAP)
        clock.stop()
        assert clock.steps["train"].seconds >= NAP
        assert not clock.idle
    assert clock.idle
