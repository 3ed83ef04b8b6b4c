"""The whole of tuning: read, split, try settings, write the best config."""

from __future__ import annotations

import logging
import math
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from towhee_recsys.config import Config, load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.errors import TuningError
from towhee_recsys.model.paddle.device import use_device
from towhee_recsys.support.output_file import OutputFile
from towhee_recsys.support.progress import progress_bar
from towhee_recsys.tuning.best import best_config, check_not_read
from towhee_recsys.tuning.library import optuna
from towhee_recsys.tuning.picture import draw_tuning
from towhee_recsys.tuning.problem import Problem, problem_of
from towhee_recsys.tuning.results import TrialResult, Tuning
from towhee_recsys.tuning.space import space_of
from towhee_recsys.tuning.storage import open_study
from towhee_recsys.tuning.study import Study, with_values

log = logging.getLogger(__name__)

Number = TypeVar("Number", int, float)


def tune(
    config: Config | str,
    *,
    overrides: Iterable[str] = (),
    trials: int | None = None,
    timeout: float | None = None,
    output: str | Path | None = None,
    fresh: bool = False,
    progress: bool | None = None,
) -> Tuning:
    """Tries settings of a space and writes the config with the best, as soon as a trial is better than those before.

    Each trial trains a model on the training part of the config's protocol and is measured on a part of it that is held
    out, `tune.validation`. The test part is not read by any trial. Trials that lag behind are pruned after some epochs.
    The trials are kept in `<model.dir>.tuning`, and a run that was stopped or killed continues there: `trials` is the
    number of all. The same seed gives the same trials, however often they are interrupted.

    Args:
        config: The config, or its name or file. Its section `tune` declares the space, the metric and the trials.
        overrides: Texts such as `training.epochs=5`, laid over it.
        trials: How many trials, with those of earlier runs; left out, `tune.trials`.
        timeout: Seconds after which no further trial starts; left out, there is no limit.
        output: The config to write, which extends `config`; left out, `<model.dir>.tuning/best.yaml`.
        fresh: Starts over, and forgets earlier trials.
        progress: Shows a bar; by default only in a terminal.

    Raises:
        ConfigError: the config or its space is wrong.
        DatasetError: the data are missing or bad.
        EvaluationError: the protocol cannot split them.
        TuningError: optuna is missing, another process tunes here, the config cannot be written or would replace one
            that it extends, or no trial was trained to the end.
    """
    overrides = [overrides] if isinstance(overrides, str) else list(overrides)
    source, config = config, load_config(config, overrides=overrides)
    trials = config.tune.trials if trials is None else _checked(trials, "trials", int)
    seconds = math.inf if timeout is None else _checked(timeout, "timeout", int, float)
    optuna()
    use_device(config.training.device)
    folder = tuning_dir(config)
    file = OutputFile(output or folder / "best.yaml", "config", TuningError)
    picture = OutputFile(folder / "trials.png", "plot", TuningError)
    if output:
        file.check()
    check_not_read(source, file.path)
    problem, settings = problem_of(config, read_dataset(config.dataset)), space_of(config)

    def write_best(best: TrialResult) -> None:
        file.write(best_config(source, overrides, file.path.parent, best, problem.metric))

    with open_study(folder, config, problem, settings, fresh=fresh) as study:
        try:
            for trial in _run(study, trials, seconds, progress):
                if trial == study.best:
                    write_best(trial)
        finally:
            if study.best:
                write_best(study.best)
                draw_tuning(study.trials, study.importance(), problem.metric, picture)
        return _tuning(study, config, problem, file.path, picture.path)


def tuning_dir(config: Config) -> Path:
    """The folder with the trials: `<model.dir>.tuning`."""
    folder = Path(os.path.abspath(config.model.dir))
    return folder.with_name(f"{folder.name}.tuning")


def _run(study: Study, trials: int, seconds: float, progress: bool | None) -> Iterator[TrialResult]:
    done, until = len(study.trials), time.monotonic() + seconds
    with progress_bar(progress, total=trials, initial=done, desc="tune", unit="trial") as bar:
        while done < trials:
            trial = study.run_trial()
            done += 1
            bar.update()
            log.info("trial %d of %d: %s, %s, %s", done, trials, trial.state, trial.value, trial.settings)
            yield trial
            if time.monotonic() >= until:
                break


def _tuning(study: Study, config: Config, problem: Problem, file: Path, picture: Path) -> Tuning:
    trials, best = study.trials, study.best
    if best is None:
        why = next((each.error for each in trials if each.error), "")
        raise TuningError(f"none of {len(trials)} trials was trained to the end. {why} Give a narrower tune.space.")
    return Tuning(
        config=with_values(config, best.settings),
        metric=problem.metric,
        protocol=config.protocol,
        trained_on=len(problem.examples.training),
        validated_on=len(problem.examples.validation),
        trials=trials,
        best=best,
        importance=study.importance(),
        file=file,
        picture=picture,
    )


def _checked(given: Number, name: str, *types: type) -> Number:
    if isinstance(given, bool) or not isinstance(given, types) or not given > 0:
        kind = "number" if float in types else "whole number"
        raise TuningError(f"{name} takes a {kind} above 0, not {given!r}.")
    return given
