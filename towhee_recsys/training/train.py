"""The whole of training: data in, bundle out."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path

from tqdm import tqdm

from towhee_recsys.bundle import Bundle, Trained, save_bundle
from towhee_recsys.bundle.bundle import load_bundle
from towhee_recsys.bundle.manifest import MANIFEST
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.errors import RecsysError, TrainingError
from towhee_recsys.metrics import mae, rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.paddle.device import use_device
from towhee_recsys.support.files import recover
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.curves import draw_curves
from towhee_recsys.training.examples import make_examples
from towhee_recsys.training.lock import claimed
from towhee_recsys.training.previous import forget_previous
from towhee_recsys.training.trainer import Trainer
from towhee_recsys.training.training_split import beside_model, into, settings, trained_on, training_part

log = logging.getLogger(__name__)


def train(config: Config | str, *, final: bool = False, fresh: bool = False, progress: bool | None = None) -> Bundle:
    """Trains the model that `config`, or the config of that name, declares and puts its bundle into `model.dir`.

    It trains on the training part of the config's protocol. `final` trains on all ratings, for the epochs that
    validation chose: by the model in `model.dir` if it was trained by this config, else by the one that `evaluate`
    uses, in `<model.dir>.<protocol>-<seed>`, which is trained if need be.

    It takes the place of an older bundle, which is kept as `<model.dir>.previous`. A training that was killed is gone
    on with from its last epoch, unless `fresh`. `progress` shows a bar; left out, on a terminal only. Raises
    DatasetError for bad data, EvaluationError where the protocol cannot part them, and TrainingError when training
    fails; an older bundle then stays as it is.
    """
    config = load_config(config)
    use_device(config.training.device)
    with claimed(config.model.dir):
        dataset = read_dataset(config.dataset)
        if not final:
            return _train(config, dataset, None, fresh, progress)
        beside = into(config, beside_model(config))
        chosen = validated(config, dataset) or validated(beside, dataset) or train(beside, progress=progress)
        forget_previous(beside.model.dir)  # nobody serves from there, so nobody goes back
        return _train(config, dataset, int(chosen.quality["kept_epoch"]), fresh, progress)


def validated(config: Config, dataset: Dataset) -> Bundle | None:
    """The bundle in `model.dir` if this config has trained it on its protocol's training part of these data."""
    folder = Path(config.model.dir).resolve()
    recover(folder)
    if not (folder / MANIFEST).is_file():
        return None
    try:
        bundle = load_bundle(folder)
    except RecsysError:  # damaged, or of another version: it says nothing, and is replaced
        return None
    same = settings(bundle.config) == settings(config)
    return bundle if same and bundle.manifest.trained_on == trained_on(config, dataset, final=False) else None


def _train(config: Config, dataset: Dataset, final_epochs: int | None, fresh: bool, progress: bool | None) -> Bundle:
    final = final_epochs is not None
    examples = make_examples(config, dataset, *training_part(config, dataset, final))
    trainer = Trainer(config, examples, final_epochs)
    checkpoint = Checkpoint(config, trained_on(config, dataset, final))
    if fresh:
        checkpoint.remove()
    elif (state := checkpoint.read()) and trainer.can_go_on_from(state):
        trainer.restore(state)
        log.warning("going on from epoch %d of a training that did not end", len(trainer.history))
    _run(trainer, checkpoint, progress)
    trainer.use_kept()
    bundle = _save(config, dataset, trainer, final)
    checkpoint.remove()
    return bundle


def _run(trainer: Trainer, checkpoint: Checkpoint, progress: bool | None) -> None:
    shown = sys.stderr.isatty() if progress is None else progress
    with tqdm(total=trainer.epochs, initial=len(trainer.history), desc="train", unit="epoch", disable=not shown) as bar:
        while not trainer.done:
            began = time.monotonic()
            try:
                line = trainer.epoch()
            except TrainingError as error:
                raise _with_last_good(error, trainer, checkpoint) from None
            checkpoint.write(trainer.state(), took=time.monotonic() - began)
            bar.update()
            figures = {
                name.removeprefix("validation_"): f"{value:.4f}" for name, value in line.items() if name[0] == "v"
            }
            bar.set_postfix(figures)
            log.info("epoch %d: %s", line["epoch"], ", ".join(f"{name} {value:.4f}" for name, value in line.items()))


def _with_last_good(error: TrainingError, trainer: Trainer, checkpoint: Checkpoint) -> TrainingError:
    if not trainer.history or not checkpoint.path.exists():
        return error
    return TrainingError(f"{error} The state of epoch {checkpoint.epoch} is kept in {checkpoint.path}.")


def _save(config: Config, dataset: Dataset, trainer: Trainer, final: bool) -> Bundle:
    examples = trainer.examples
    calibration = _calibrated(trainer)
    trained = Trained(
        config=config,
        users=examples.users,
        items=examples.items,
        known=examples.known(),
        model=trainer.model,
        rating_map=trainer.rating_map,
        calibration=calibration,
        dataset={
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "users": len(dataset.users),
            "items": len(dataset.items),
            "interactions": len(dataset.interactions),
        },
        item_schema=dataset.item_schema,
        trained_on=trained_on(config, dataset, final),
        quality=_quality(trainer, calibration),
        history=trainer.history,
    )

    def draw(path: Path) -> None:
        draw_curves(trainer.history, trainer.kept_epoch, path)

    return save_bundle(config.model.dir, trained, draw)


def _calibrated(trainer: Trainer) -> Calibration:
    """Where stars were learned, the line that they were learned by; else the best one through the ratings there are.

    Either is fitted anew on the validation part, which training has not seen.
    """
    examples = trainer.examples
    ratings = examples.validation if len(examples.validation) else examples.training
    if ratings is examples.training and "rating" in trainer.objectives:
        return trainer.rating_map
    return trainer.rating_map.fitted(trainer.validation.cosines(ratings), ratings.values)


def _quality(trainer: Trainer, calibration: Calibration) -> dict[str, float]:
    """The epoch that was kept and its figures on the validation part, the stars by the final calibration."""
    best, ratings = trainer.kept_epoch, trainer.examples.validation
    quality: dict[str, float] = {"kept_epoch": best}
    if len(ratings):
        stars = calibration.ratings(trainer.validation.cosines(ratings))
        quality |= {"validation_rmse": rmse(stars, ratings.values), "validation_mae": mae(stars, ratings.values)}
    return quality | {name: value for name, value in trainer.history[best - 1].items() if name == "validation_ndcg@10"}
