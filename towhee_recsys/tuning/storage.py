"""The SQLite file of studies: one process at a time opens it."""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from towhee_recsys.config import Config
from towhee_recsys.errors import TuningError
from towhee_recsys.training.validated import settings as settings_of
from towhee_recsys.tuning.library import optuna
from towhee_recsys.tuning.problem import Problem
from towhee_recsys.tuning.results import definition
from towhee_recsys.tuning.space import Setting
from towhee_recsys.tuning.study import Study

log = logging.getLogger(__name__)

NEVER_PRUNED, WARM_UP = 4, 0.2
"""Trials before the first that can be pruned, and the share of its epochs that each is trained for in any case."""


@contextmanager
def open_study(
    folder: Path, config: Config, problem: Problem, settings: list[Setting], *, fresh: bool
) -> Iterator[Study]:
    """The study of a problem and a space in the file `study.sqlite` in `folder`, locked for this process.

    Other studies in the file, such as those of other data, are left alone; with `fresh` all are removed.

    Raises:
        TuningError: another process has the lock, or the file cannot be read or written.
    """
    file = folder / "study.sqlite"
    with _locked(folder), ExitStack() as opened:
        with _translated(file, OSError, RuntimeError, LookupError):  # RuntimeError: of another version of Optuna
            if fresh:
                file.unlink(missing_ok=True)
            storage = _storage(file)
            opened.callback(storage.engine.dispose)
            study = Study(_study(storage, config, problem, settings), settings, config, problem)
            log.info("%d trials in %s", len(study.trials), file)
        with _translated(file):
            yield study


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    lock = FileLock(folder / "lock", timeout=0, thread_local=False)
    with _translated(folder / "lock", OSError):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise TuningError(
                f"another process is tuning in {folder}. Let it finish, or name another folder in model.dir."
            ) from None
    try:
        yield
    finally:
        (folder / "lock").unlink(missing_ok=True)
        lock.release()


@contextmanager
def _translated(file: Path, *faults: type[Exception]) -> Iterator[None]:
    """Errors of the database, and `faults`, as TuningError."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, optuna().exceptions.OptunaError, *faults) as error:
        cause = error.__cause__ if isinstance(error.__cause__, SQLAlchemyError) else error
        why = (isinstance(error, OSError) and error.strerror) or str(getattr(cause, "orig", cause)).rstrip(".")
        raise TuningError(
            f"{file} cannot be read or written: {why}. Free space, fix the permissions, or end what else has it open; "
            "--fresh replaces a damaged file and starts over."
        ) from error


def _storage(file: Path) -> Any:
    from sqlalchemy import URL

    return optuna().storages.RDBStorage(URL.create("sqlite", database=str(file)).render_as_string())


def _study(storage: Any, config: Config, problem: Problem, settings: Sequence[Setting]) -> Any:
    warm_up = math.ceil(WARM_UP * config.training.epochs)
    return optuna().create_study(
        storage=storage,
        study_name=_name(config, problem, settings),
        direction="minimize" if definition(problem.metric).direction == "lower" else "maximize",
        pruner=optuna().pruners.MedianPruner(n_startup_trials=NEVER_PRUNED, n_warmup_steps=warm_up),
        load_if_exists=True,
    )


def _name(config: Config, problem: Problem, settings: Sequence[Setting]) -> str:
    """A name that studies share whose trials can be compared: of the same data, space and other settings."""
    text = json.dumps([problem.key, settings_of(config), [asdict(each) for each in settings], config.seed])
    return hashlib.sha256(text.encode()).hexdigest()
