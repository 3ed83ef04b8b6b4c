"""The trials of one tuning, kept in an SQLite file: a run that was stopped or killed continues with them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from towhee_recsys.config import Config, load_config
from towhee_recsys.errors import TrainingError
from towhee_recsys.tuning.library import optuna
from towhee_recsys.tuning.problem import Problem
from towhee_recsys.tuning.results import State, TrialResult, best_of
from towhee_recsys.tuning.space import Setting, value_in

RANDOM_TRIALS = 8
"""Trials whose settings are drawn at random, before the sampler learns from the others."""

FEWEST_TO_COMPARE = 4
"""Trials that the importance of settings is computed from, at least."""


class Study:
    """The trials of one problem and space."""

    def __init__(self, study: Any, settings: list[Setting], config: Config, problem: Problem):
        self._study, self._settings, self._config, self._problem = study, settings, config, problem
        for stale in study.get_trials(deepcopy=False, states=[optuna().trial.TrialState.RUNNING]):
            study.tell(stale.number, state=optuna().trial.TrialState.FAIL)  # of a process that was killed

    @property
    def trials(self) -> list[TrialResult]:
        """All trials with a result, in their order: those of killed processes have none."""
        ended = [each for each in self._study.get_trials(deepcopy=False) if _has_ended(each)]
        return [self._result(number, each) for number, each in enumerate(ended, start=1)]

    @property
    def best(self) -> TrialResult | None:
        """The best of those that were trained to the end; None where none was."""
        return best_of(self.trials, self._problem.metric)

    def importance(self) -> dict[str, float]:
        """The importance of each setting, as in `Tuning.importance`."""
        values = [each.value for each in self.trials if each.state == "complete"]
        if len(values) < FEWEST_TO_COMPARE or len(set(values)) == 1:
            return {}
        evaluator = optuna().importance.PedAnovaImportanceEvaluator(target_quantile=0.25)
        found = optuna().importance.get_param_importances(self._study, evaluator=evaluator)
        return {name: float(share) for name, share in found.items()}

    def run_trial(self) -> TrialResult:
        """Draws the settings of the next trial, trains by them, and keeps the result. The first trial is the config's.

        The draw depends on the seed and on the trials that have ended, but not on the processes that ran them.

        Raises:
            TuningError: the validation part is too small to measure the metric by.
        """
        ended, started = len(self.trials), time.monotonic()
        seed = (self._config.seed + ended) % 2**32
        self._study.sampler = optuna().samplers.TPESampler(seed=seed, n_startup_trials=RANDOM_TRIALS)
        if not ended:
            self._enqueue_config()
        trial = self._study.ask()
        values = {setting.name: setting.drawn(trial) for setting in self._settings}
        state, epochs, value, error = self._trained(trial, with_values(self._config, values))
        for name, fact in (("epochs", epochs), ("seconds", time.monotonic() - started), ("error", error)):
            trial.set_user_attr(name, fact)
        self._study.tell(trial, value if state == "complete" else None, state=_states()[state])
        return self.trials[-1]

    def _trained(self, trial: Any, config: Config) -> tuple[State, int, float | None, str | None]:
        pruned = False

        def report(epoch: int, value: float) -> bool:
            nonlocal pruned
            trial.report(value, epoch)
            pruned = epoch < config.training.epochs and trial.should_prune()
            return not pruned

        try:
            epochs, value = self._problem.train(config, report)
        except TrainingError as error:
            return "failed", 0, None, str(error)
        return "pruned" if pruned else "complete", epochs, value, None

    def _enqueue_config(self) -> None:
        """Gives the next trial the config's own values, if the space has all of them."""
        encoded = {each.name: each.encoded(value_in(self._config, each.name)) for each in self._settings}
        waiting = self._study.get_trials(deepcopy=False, states=[optuna().trial.TrialState.WAITING])
        if None not in encoded.values() and not waiting:
            self._study.enqueue_trial(encoded)

    def _result(self, number: int, trial: Any) -> TrialResult:
        state = next(name for name, each in _states().items() if each == trial.state)
        reported = trial.intermediate_values
        last = reported[max(reported)] if reported else None
        return TrialResult(
            number=number,
            state=state,
            value={"complete": trial.value, "pruned": last, "failed": None}[state],
            epochs=trial.user_attrs["epochs"],
            seconds=trial.user_attrs["seconds"],
            settings={each.name: each.decoded(trial.params[each.name]) for each in self._settings},
            error=trial.user_attrs["error"],
        )


def with_values(config: Config, values: Mapping[str, Any]) -> Config:
    """`config` with these values of settings, by their dotted names."""
    return load_config(config, **values)


def _states() -> dict[State, Any]:
    states = optuna().trial.TrialState
    return {"complete": states.COMPLETE, "pruned": states.PRUNED, "failed": states.FAIL}


def _has_ended(trial: Any) -> bool:
    """Whether a trial has a result: one that was killed has none."""
    states = _states()
    return trial.state in (states["complete"], states["pruned"]) or bool(
        trial.state == states["failed"] and trial.user_attrs.get("error")
    )
