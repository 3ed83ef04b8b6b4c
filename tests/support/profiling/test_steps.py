"""Every step names a function that is there, and is timed as it runs; nothing is left of it afterwards."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
import time
from operator import attrgetter
from types import GeneratorType
from typing import Any

import pytest

from towhee_recsys import operators
from towhee_recsys.operators import Normalize, ReadMovielens
from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.profiling.steps import OPERATORS, STEPS, Timers, steps_of

NAMES = [*STEPS, *(f"{OPERATORS}{each.name}" for each in pkgutil.iter_modules(operators.__path__))]


def functions() -> dict[str, Any]:
    """The functions of all steps, as they are now."""
    modules = [importlib.import_module(name) for name in NAMES]
    return {f"{each.__name__}:{path}": attrgetter(path)(each) for each in modules for path in steps_of(each)}


def test_every_operator_is_a_step_by_its_name() -> None:
    named = [step for name in NAMES if name not in STEPS for step in steps_of(importlib.import_module(name)).values()]
    assert len(named) == len(operators.__all__)
    assert {"read_movielens", "movie_encoder", "normalize", "milvus_search", "lookup", "publish"} <= set(named)


def test_each_is_timed_and_put_back_as_it_was() -> None:
    before = functions()
    timers = Timers(Clock())
    assert not [name for name, function in functions().items() if function is before[name]]
    timers.remove()
    assert functions() == before
    assert timers not in sys.meta_path


def test_what_an_operator_gives_is_the_same() -> None:
    clock = Clock()
    timers = Timers(clock)
    try:
        assert Normalize()([3.0, 4.0]) == pytest.approx([0.6, 0.8])
    finally:
        timers.remove()
    assert clock.steps["normalize"].calls == 1


def test_of_a_generator_the_making_is_timed_and_not_the_reading() -> None:
    from towhee_recsys.data.sample import SAMPLE_DIR

    clock = Clock()
    timers = Timers(clock)
    try:
        began = time.perf_counter()
        chunks = ReadMovielens(chunk_size=100)(str(SAMPLE_DIR))
        assert isinstance(chunks, GeneratorType)
        lengths = [len(chunk) for chunk in chunks if not time.sleep(0.05)]
    finally:
        timers.remove()
    assert lengths == [100, 100, 100, 26]
    ran = clock.steps["read_movielens"]
    assert (ran.calls, 0 < ran.seconds <= time.perf_counter() - began - 4 * 0.05) == (1, True)


def test_nothing_is_loaded_that_the_work_does_not_load_and_what_it_loads_is_timed() -> None:
    code = (
        "import sys\n"
        "from towhee_recsys.support.profiling.steps import Timers\n"
        "from towhee_recsys.support.profiling.clock import Clock\n"
        "timers = Timers(Clock())\n"
        "assert not {'towhee', 'paddle', 'towhee_recsys.operators'} & set(sys.modules)\n"
        "from towhee_recsys.operators import Normalize\n"
        "assert Normalize.__call__.__wrapped__\n"
        "timers.remove()\n"
        "assert not hasattr(Normalize.__call__, '__wrapped__')\n"
    )
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
