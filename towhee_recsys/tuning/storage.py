"""The SQLite file of studies: one process at a time opens it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from towhee_recsys.config import Config
from towhee_recsys.errors import TuningError
from towhee_recsys.training.validated import settings as settings_of
from towhee_recsys.tuning.library import optuna
from towhee_recsys.tuning.problem import Problem
from towhee_recsys.tuning.results import definition
from towhee_recsys.tuning.space import Setting
from towhee_recsys.tuning.study import Study

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
    library, file = optuna(), folder / "study.sqlite"
    from sqlalchemy import URL
    from sqlalchemy.exc import SQLAlchemyError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=0, thread_local=False):
            if fresh:
                file.unlink(missing_ok=True)
            storage = library.storages.RDBStorage(URL.create("sqlite", database=str(file)).render_as_string())
            try:
                warm_up = math.ceil(WARM_UP * config.training.epochs)
                study = library.create_study(
                    storage=storage,
                    study_name=_name(config, problem, settings),
                    direction="minimize" if definition(problem.metric).direction == "lower" else "maximize",
                    pruner=library.pruners.MedianPruner(n_startup_trials=NEVER_PRUNED, n_warmup_steps=warm_up),
                    load_if_exists=True,
                )
                yield Study(study, settings, config, problem)
            finally:
                storage.engine.dispose()
                (folder / "lock").unlink(missing_ok=True)
    except Timeout:
        raise TuningError(
            f"another process is tuning in {folder}. Let it finish, or name another folder in model.dir."
        ) from None
    except (OSError, SQLAlchemyError) as error:
        why = error.strerror if isinstance(error, OSError) else str(getattr(error, "orig", error))
        raise TuningError(
            f"{file} cannot be read or written: {why}. Free space or fix the permissions; --fresh replaces a damaged "
            "file and starts over."
        ) from error


def _name(config: Config, problem: Problem, settings: Sequence[Setting]) -> str:
    """A name that studies share whose trials can be compared: of the same data, space and other settings."""
    text = json.dumps([problem.key, settings_of(config), [asdict(each) for each in settings], config.seed])
    return hashlib.sha256(text.encode()).hexdigest()
