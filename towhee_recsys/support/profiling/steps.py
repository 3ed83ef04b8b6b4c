"""The steps of the work: which of our functions does which, and the timers around them while a profile runs."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Generator
from functools import wraps
from types import GeneratorType, ModuleType
from typing import Any

from towhee_recsys.support.profiling.clock import Clock

OPERATORS = "towhee_recsys.operators."
"""Modules of pipelines' steps: each has the operator of its name."""

TOWERS, OBJECTIVES, VALIDATION, REST = "towers forward", "objectives", "validation", "rest of the epochs"

STEPS = {
    "towhee_recsys.training.train": {
        "read_dataset": "reading the data",
        "training_part": "splitting",
        "make_examples": "features",
        "save_bundle": "saving",
        "draw_curves": "curves",
    },
    "towhee_recsys.training.trainer": {
        "Trainer.__init__": "building the model",
        "Trainer.epoch": REST,
    },
    "towhee_recsys.training.cached_features": {
        "Texts.refresh": TOWERS,
        "Texts.__call__": TOWERS,
        "Repeated.__call__": TOWERS,
    },
    "towhee_recsys.training.tower_pass": {"TowerPass.__init__": TOWERS, "TowerPass.backward": "backward"},
    "towhee_recsys.model.objectives": {
        "RankingObjective.__call__": OBJECTIVES,
        "RatingObjective.__call__": OBJECTIVES,
    },
    "paddle.optimizer": {"Adam.step": "optimiser"},
    "towhee_recsys.training.validation": {"Validation.measure": VALIDATION, "Validation.cosines": VALIDATION},
    "towhee_recsys.training.checkpoint": {"Checkpoint.write": "checkpoints"},
}
"""Of training: by module, as the functions are called there, the step that each is a part of."""

AROUND = {REST}
"""The steps that wait for others."""


class Timers(importlib.abc.MetaPathFinder):
    """Puts timers around the functions of all steps; around those of modules not yet loaded, once they are.

    So a profile loads nothing that the work would not. `remove` puts the functions back as they were.
    """

    def __init__(self, clock: Clock):
        self._clock = clock
        self._timed: list[tuple[Any, str, Any]] = []
        for name in [name for name in sys.modules if _has_steps(name)]:
            self._put(sys.modules[name])
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The spec of a module with steps, with the timers put after it; nothing for other names."""
        spec = importlib.machinery.PathFinder.find_spec(name, path) if _has_steps(name) else None
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                execute(module)
                self._put(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def remove(self) -> None:
        """Ends the profile's part in all functions."""
        sys.meta_path.remove(self)
        for owner, name, original in reversed(self._timed):
            setattr(owner, name, original)

    def _put(self, module: ModuleType) -> None:
        for path, step in steps_of(module).items():
            *owners, name = path.split(".")
            owner: Any = module
            for each in owners:
                owner = getattr(owner, each)
            original = getattr(owner, name)
            self._timed.append((owner, name, original))
            setattr(owner, name, _timed(original, step, self._clock))


def steps_of(module: ModuleType) -> dict[str, str]:
    """The step of each of the module's functions that has one; an operator is a step by itself."""
    if not module.__name__.startswith(OPERATORS):
        return STEPS.get(module.__name__, {})
    own = [each for each in vars(module).values() if getattr(each, "__module__", None) == module.__name__]
    step = module.__name__.removeprefix(OPERATORS)
    return {f"{each.__name__}.__call__": step for each in own if isinstance(each, type) and "__call__" in vars(each)}


def _has_steps(name: str) -> bool:
    return name in STEPS or name.startswith(OPERATORS)


def _timed(function: Callable[..., Any], step: str, clock: Clock) -> Callable[..., Any]:
    @wraps(function)
    def timed(*args: Any, **options: Any) -> Any:
        with clock.running(step):
            result = function(*args, **options)
        return _each(result, step, clock) if isinstance(result, GeneratorType) else result

    return timed


def _each(results: Generator[Any, None, None], step: str, clock: Clock) -> Generator[Any, None, None]:
    """What a generator gives; its time is that of making them, not of those who read them."""
    while True:
        with clock.running(step, calls=0):
            try:
                result = next(results)
            except StopIteration:
                return
        yield result
