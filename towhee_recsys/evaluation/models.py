"""Which model is measured: one that has not seen the test part of its protocol."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

from towhee_recsys.bundle import Bundle, load_bundle, replace_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.support.files import recover, remove_directory, write_file
from towhee_recsys.training import train
from towhee_recsys.training.folders import for_validation
from towhee_recsys.training.lock import remove_unfinished_training
from towhee_recsys.training.training_split import CONTINUES, trained_on
from towhee_recsys.training.validated import settings, validated

log = logging.getLogger(__name__)


def model_for(config: Config, dataset: Dataset, progress: bool | None = None) -> Bundle:
    """The bundle in `model.dir` if it was trained on the training part of the config's protocol with its seed.

    Otherwise the one that `split_model` gives.

    Raises:
        BundleError: the bundle in `model.dir` is damaged.
        TrainingError: a model had to be trained, and training failed.
    """
    serving = _bundle(Path(config.model.dir).resolve())
    if serving is None or not _fits(serving, config, dataset):
        log.warning(
            "%s; %s with seed %d needs a model of its training part",
            *(_description(serving, config, dataset), config.protocol, config.seed),
        )
        return split_model(config, dataset, progress)
    if settings(serving.config) != settings(config):
        log.warning("the model in %s was trained with other settings; it is measured as it is", config.model.dir)
    return serving


def split_model(config: Config, dataset: Dataset, progress: bool | None = None) -> Bundle:
    """The bundle in `<model.dir>.<protocol>-<seed>`, trained there unless it is of the same data and settings.

    Raises:
        TrainingError: training fails.
    """
    own = for_validation(config)
    folder = Path(own.model.dir)
    if existing := validated(own, dataset):
        log.warning("measuring the model in %s", folder)
        return existing
    log.warning("training on the training part of %s, seed %d, into %s", config.protocol, config.seed, folder)
    return train(own, progress=progress)


def put_in_place(bundle: Bundle, model_dir: str, measured: Mapping[str, Mapping[str, float]] | None = None) -> Bundle:
    """Moves the bundle into `model_dir` in one step and returns it, loaded; its manifest records `measured`."""

    def fill(folder: Path) -> None:
        shutil.copytree(bundle.directory, folder, dirs_exist_ok=True)
        manifest = bundle.manifest.model_copy(update={"measured": _finite(measured or {})})
        write_file(folder / MANIFEST, f"{manifest.model_dump_json(indent=1)}\n".encode())

    replaced = replace_bundle(model_dir, fill)
    remove_directory(Path(bundle.directory))
    remove_unfinished_training(bundle.directory)  # of a process that was killed when the bundle had just been written
    return replaced


def _finite(measured: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {
        name: {metric: value for metric, value in metrics.items() if isfinite(value)}
        for name, metrics in measured.items()
    }


def _bundle(folder: Path) -> Bundle | None:
    """The bundle in `folder`; None where there is none."""
    recover(folder)
    return load_bundle(folder) if (folder / MANIFEST).is_file() else None


def _fits(bundle: Bundle, config: Config, dataset: Dataset) -> bool:
    return bundle.manifest.trained_on == trained_on(dataset, config.protocol, config.seed)


def _description(bundle: Bundle | None, config: Config, dataset: Dataset) -> str:
    """Describes a bundle in `model.dir` that cannot be evaluated."""
    if bundle is None:
        return f"there is no model in {config.model.dir}"
    had = bundle.manifest.trained_on
    if CONTINUES in had:
        return f"the model in {config.model.dir} continues {had[CONTINUES]}, which may have seen what it is tested on"
    wanted = trained_on(dataset, config.protocol, config.seed)
    if any(had.get(key) != wanted[key] for key in ("fingerprint", "reading")):
        return f"the model in {config.model.dir} was trained on other data"
    seed = f", seed {had['seed']}" if "seed" in had else ""
    return f"the model in {config.model.dir} was trained on {had['protocol']}{seed}"
