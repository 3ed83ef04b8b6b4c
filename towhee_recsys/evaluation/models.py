"""Which model is measured: one that has not seen the test part of its protocol."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from towhee_recsys.bundle import Bundle, load_bundle, replace_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.support.files import recover
from towhee_recsys.training import train
from towhee_recsys.training.previous import forget_previous
from towhee_recsys.training.train import validated
from towhee_recsys.training.training_split import beside_model, into, settings, trained_on

log = logging.getLogger(__name__)


def model_for(config: Config, dataset: Dataset, progress: bool | None = None) -> Bundle:
    """The bundle in `model.dir` if it was trained on the training part of the config's protocol by its seed.

    If not, the one that `split_model` gives. Raises BundleError when the bundle in `model.dir` is damaged.
    """
    serving = _bundle(Path(config.model.dir).resolve())
    if serving is None or not _fits(serving, config, dataset):
        log.warning(
            "%s; %s, seed %d, takes a model of its training part",
            *(_told(serving, config, dataset), config.protocol, config.seed),
        )
        return split_model(config, dataset, progress)
    if settings(serving.config) != settings(config):
        log.warning("the model in %s is measured as it is: it was trained with other settings", config.model.dir)
    return serving


def split_model(config: Config, dataset: Dataset, progress: bool | None = None) -> Bundle:
    """The bundle in `<model.dir>.<protocol>-<seed>`, trained there unless it is of the same data and settings.

    Raises what training raises.
    """
    folder = beside_model(config)
    beside = into(config, folder)
    if there := validated(beside, dataset):
        log.warning("measuring the model in %s", folder)
        return there
    log.warning("training on the training part of %s, seed %d, into %s", config.protocol, config.seed, folder)
    trained = train(beside, progress=progress)
    forget_previous(folder)  # nobody serves from there, so nobody goes back
    return trained


def put_in_place(bundle: Bundle, model_dir: str) -> Bundle:
    """Moves the bundle into `model_dir` in one step, in place of the one there, and returns it, loaded.

    The one there is kept as `<model_dir>.previous`.
    """

    def fill(folder: Path) -> None:
        shutil.copytree(bundle.directory, folder, dirs_exist_ok=True)

    replaced = replace_bundle(model_dir, fill)
    shutil.rmtree(bundle.directory)
    return replaced


def _bundle(folder: Path) -> Bundle | None:
    """The bundle in `folder`; None where there is none. Raises BundleError for a damaged one."""
    recover(folder)
    return load_bundle(folder) if (folder / MANIFEST).is_file() else None


def _fits(bundle: Bundle, config: Config, dataset: Dataset) -> bool:
    return bundle.manifest.get("trained_on") == trained_on(config, dataset, final=False)


def _told(bundle: Bundle | None, config: Config, dataset: Dataset) -> str:
    """What is in `model.dir` that cannot be measured."""
    if bundle is None:
        return f"there is no model in {config.model.dir}"
    had = bundle.manifest.get("trained_on", {})
    wanted = trained_on(config, dataset, final=False)
    if any(had.get(key) != wanted[key] for key in ("fingerprint", "reading")):
        return f"the model in {config.model.dir} was trained on other data"
    seed = f", seed {had['seed']}" if "seed" in had else ""
    return f"the model in {config.model.dir} was trained on {had['protocol']}{seed}"
