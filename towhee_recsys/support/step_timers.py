"""Timers around the steps of the work, which count while a profile runs and cost next to nothing otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class StepClock(Protocol):
    """A timer of steps."""

    def running(self, step: str, calls: int = 1) -> AbstractContextManager[None]:
        """While it lasts, the calling thread is at `step`."""


EPOCHS = "rest of the epochs"
"""The step that only waits while threads that it started are at other steps."""

_NO_CLOCK: AbstractContextManager[None] = nullcontext()
_clocks: list[StepClock] = []
"""The clock of the profile that runs in this process, for all of its threads; empty without a profile."""


@contextmanager
def timed_by(clock: StepClock) -> Iterator[None]:
    """While the block runs, all steps of the process are timed by `clock`."""
    _clocks.append(clock)
    try:
        yield
    finally:
        _clocks.remove(clock)


def timed_step(name: str, calls: int = 1) -> AbstractContextManager[None]:
    """Times the block as a part of the step `name`, as `calls` calls of it.

        with timed_step("reading the data"):
            dataset = read_dataset(config)

    A step within a step is counted for itself, not in the outer one.
    """
    return _clocks[-1].running(name, calls) if _clocks else _NO_CLOCK


def timed(name: str) -> Callable[[Callable[_Parameters, _Result]], Callable[_Parameters, _Result]]:
    """Times every call of the function as a call of the step `name`."""

    def decorate(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        @wraps(function)
        def call(*args: _Parameters.args, **options: _Parameters.kwargs) -> _Result:
            with timed_step(name):
                return function(*args, **options)

        return call

    return decorate
