"""One training at a time for a model's folder, and none into a folder that holds something else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.errors import TrainingError
from towhee_recsys.support.files import finish_replace


def beside(model_dir: str) -> Path:
    """The folder in which a training keeps what is not yet a bundle: `<model_dir>.training`."""
    folder = Path(model_dir).resolve()
    return folder.with_name(f"{folder.name}.training")


@contextmanager
def claimed(model_dir: str) -> Iterator[None]:
    """Holds `model_dir` for one training; a killed one holds it no more.

    Raises TrainingError when another training holds it, when it is no folder for a bundle, or when it cannot be
    written, at the start or later.
    """
    target = Path(model_dir).resolve()
    try:
        _must_be_ours(target)
        beside(model_dir).mkdir(parents=True, exist_ok=True)
        with FileLock(beside(model_dir) / "lock", timeout=0, thread_local=False):
            try:
                finish_replace(target)
                yield
            finally:
                (beside(model_dir) / "lock").unlink(missing_ok=True)
    except Timeout:
        raise TrainingError(
            f"another training into {target} is running. Let it end, or name another folder in model.dir."
        ) from None
    except OSError as error:
        raise TrainingError(
            f"{error.filename or target} cannot be written: {error.strerror or error}. "
            "Make room or mend the rights, or name another folder in model.dir; the same command goes on from there."
        ) from error
    finally:
        with suppress(OSError):  # a checkpoint may lie there, or another training hold it
            beside(model_dir).rmdir()


def _must_be_ours(target: Path) -> None:
    """A bundle replaces the whole folder, so it must hold a bundle or nothing."""
    if target.exists() and not target.is_dir():
        raise TrainingError(f"model.dir {target} is a file. Name a folder.")
    if target.is_dir() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise TrainingError(
            f"model.dir {target} holds other things than a model; training would replace them. Name an empty folder."
        )
