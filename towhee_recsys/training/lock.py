"""One training at a time for a model's folder, and none into a folder that holds something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.errors import TrainingError
from towhee_recsys.support.files import finish_replace
from towhee_recsys.training.folders import work_dir


@contextmanager
def training_lock(model_dir: str) -> Iterator[None]:
    """Locks `model_dir` for one training; the lock of a killed process is free.

    Raises:
        TrainingError: another training has the lock; the folder holds something other than a bundle; it cannot be
            written, at the start or later.
    """
    target = Path(model_dir).resolve()
    try:
        _check_folder(target)
        work_dir(model_dir).mkdir(parents=True, exist_ok=True)
        with FileLock(work_dir(model_dir) / "lock", timeout=0, thread_local=False):
            try:
                finish_replace(target)
                yield
            finally:
                (work_dir(model_dir) / "lock").unlink(missing_ok=True)
    except Timeout:
        raise TrainingError(
            f"another training into {target} is running. Let it finish, or name another folder in model.dir."
        ) from None
    except OSError as error:
        raise TrainingError(
            f"{error.filename or target} cannot be written: {error.strerror or error}. "
            "Free space or fix the permissions, or name another folder in model.dir; the same command then resumes."
        ) from error
    finally:
        with suppress(OSError):  # there may be a checkpoint, or the lock of another training
            work_dir(model_dir).rmdir()


def remove_unfinished_training(model_dir: str | Path) -> None:
    """Removes the work folder that a killed training has left for `model_dir`, unless another training has its lock."""
    if not (folder := work_dir(model_dir)).is_dir():
        return
    with suppress(TrainingError), training_lock(str(model_dir)):
        for file in folder.iterdir():
            if file.name != "lock":
                file.unlink()


def _check_folder(target: Path) -> None:
    """A bundle replaces the whole folder, so it must hold a bundle or nothing."""
    if target.exists() and not target.is_dir():
        raise TrainingError(f"model.dir {target} is a file. Name a folder.")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise TrainingError(
            f"model.dir {target} holds other things than a model; training would replace them. Name an empty folder."
        )
