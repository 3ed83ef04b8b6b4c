"""A pipeline's steps are timed under the names of their operators."""

from __future__ import annotations

import time

import pytest
from towhee import register

from towhee_recsys.errors import PipelineError
from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.step_timers import timed_by

NAP = 0.02


@register(name="tests/naps")
class Naps:
    """As many naps as it is given, one before each row."""

    def __call__(self, n: int):
        for number in range(n):
            time.sleep(NAP)
            yield number


@register(name="tests/long_nap")
class LongNap:
    def __call__(self, given):
        time.sleep(3 * NAP)
        return [3.0, 4.0]


STEPS = """
input: n
steps:
  - {flat_map: n -> number, op: tests/naps}
  - {LAST: number -> v, op: tests/long_nap}
  - {map: v -> v, op: normalize}
output: v
"""


@pytest.mark.parametrize("last", ["map", "window_all", "window"])
def test_of_a_generator_the_making_is_timed_and_not_the_reading(declared, last):
    settings = "size: 2, step: 2, " if last == "window" else ""
    pipeline = declared(STEPS.replace("LAST: number -> v,", f"{last}: number -> v, {settings}"))
    clock = Clock()
    with timed_by(clock):
        rows = pipeline(4).size
    assert rows == {"map": 4, "window_all": 1, "window": 2}[last]
    assert {name: ran.calls for name, ran in clock.steps.items()} == {
        "tests/naps": 1,
        "tests/long_nap": rows,
        "normalize": rows,
    }
    assert 4 * NAP <= clock.steps["tests/naps"].seconds < 4 * NAP + 3 * NAP * rows


def test_a_step_that_fails_is_timed(declared):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/fail}], output: b}")
    clock = Clock()
    with timed_by(clock), pytest.raises(PipelineError):
        pipeline(1)
    assert (clock.steps["tests/fail"].calls, clock.idle) == (1, True)
