"""Going back to the model that the last training replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

from towhee_recsys.bundle import Bundle, load_bundle, replace_bundle
from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.errors import BundleError
from towhee_recsys.support.files import previous_of
from towhee_recsys.training.lock import training_lock


def restore_previous(model_dir: str | Path, model_id: str | None = None) -> Bundle:
    """Swaps the bundle in `model_dir` with the one that it replaced, `<model_dir>.previous`, and returns it, loaded.

    With a `model_id`, nothing is done where that model is in `model_dir` already, so that a caller that was killed can
    call again. A kill at any moment leaves one of both bundles in `model_dir`.

    Raises:
        BundleError: the wanted bundle is not kept, or is damaged; the one in `model_dir` stays.
        TrainingError: a training has locked the folder, or it cannot be written; the bundle there stays.
    """
    target = Path(model_dir).resolve()
    with training_lock(str(target)):
        if model_id and _holds(target, model_id):
            return load_bundle(target)
        previous = previous_of(target)
        bundle = _kept(previous, target)
        if model_id and bundle.model_id != model_id:
            raise BundleError(f"{previous} is model {bundle.model_id}, not the wanted {model_id}. Train that again.")
        return replace_bundle(target, lambda folder: _copy(previous, folder))


def forget_previous(model_dir: str | Path) -> None:
    """Removes the bundle that the one in `model_dir` replaced, if one is kept."""
    previous = previous_of(Path(model_dir).resolve())
    if (previous / MANIFEST).is_file():
        shutil.rmtree(previous)


def _holds(target: Path, model_id: str) -> bool:
    try:
        return read_bundle(target).model_id == model_id
    except BundleError:  # damaged or missing: undo the swap
        return False


def _kept(previous: Path, target: Path) -> Bundle:
    if not (previous / MANIFEST).is_file():
        raise BundleError(f"no earlier model of {target} is kept: there is none in {previous}. Train again.")
    return read_bundle(previous)  # from the disk: it may have been damaged since it was loaded


def _copy(source: Path, folder: Path) -> None:
    shutil.copytree(source, folder, dirs_exist_ok=True)
