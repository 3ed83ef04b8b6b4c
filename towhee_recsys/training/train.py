"""The whole of training: data in, bundle out."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from tqdm import tqdm

from towhee_recsys.bundle import Bundle, Trained, save_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.datasets import Dataset, read_dataset
from towhee_recsys.errors import TrainingError
from towhee_recsys.evaluation.metrics import mae, rmse
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.device import use_device
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.claim import claimed
from towhee_recsys.training.curves import draw_curves
from towhee_recsys.training.examples import make_examples
from towhee_recsys.training.trainer import Trainer

log = logging.getLogger(__name__)


def train(config: Config | str, *, fresh: bool = False, progress: bool | None = None) -> Bundle:
    """Trains the model that `config`, or the config of that name, declares and puts its bundle into `model.dir`.

    It takes an older bundle's place. A training that was killed is gone on with from its last epoch, unless `fresh`.
    `progress` shows a bar; left out, on a terminal only. Raises DatasetError for bad data and TrainingError when
    training fails; an older bundle then stays as it is.
    """
    config = load_config(config)
    use_device(config.training.device)
    with claimed(config.model.dir):
        return _train(config, fresh, progress)


def _train(config: Config, fresh: bool, progress: bool | None) -> Bundle:
    dataset = read_dataset(config.dataset)
    examples = make_examples(config, dataset)
    trainer = Trainer(config, examples)
    checkpoint = Checkpoint(config, dataset.fingerprint)
    if fresh:
        checkpoint.remove()
    elif state := checkpoint.read():
        trainer.restore(state)
        log.warning("going on from epoch %d of a training that did not end", len(trainer.history))
    _run(trainer, checkpoint, progress)
    trainer.use_best()
    bundle = _save(config, dataset, trainer)
    checkpoint.remove()
    return bundle


def _run(trainer: Trainer, checkpoint: Checkpoint, progress: bool | None) -> None:
    shown = sys.stderr.isatty() if progress is None else progress
    total = trainer.config.training.epochs
    with tqdm(total=total, initial=len(trainer.history), desc="train", unit="epoch", disable=not shown) as bar:
        while not trainer.done:
            try:
                line = trainer.epoch()
            except TrainingError as error:
                raise _with_last_good(error, trainer, checkpoint) from None
            checkpoint.write(trainer.state())
            bar.update()
            bar.set_postfix(rmse=f"{line['validation_rmse']:.4f}")
            log.info("epoch %(epoch)d: loss %(loss).4f, validation RMSE %(validation_rmse).4f", line)


def _with_last_good(error: TrainingError, trainer: Trainer, checkpoint: Checkpoint) -> TrainingError:
    if not trainer.history:
        return error
    return TrainingError(f"{error} The state of epoch {len(trainer.history)} is kept in {checkpoint.path}.")


def _save(config: Config, dataset: Dataset, trainer: Trainer) -> Bundle:
    examples = trainer.examples
    calibration = trainer.rating_map.fitted(trainer.cosines(examples.validation), examples.validation.stars)
    trained = Trained(
        config=config,
        users=examples.users,
        movies=examples.movies,
        known=examples.known(),
        model=trainer.model,
        rating_map=trainer.rating_map,
        calibration=calibration,
        dataset={
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "users": len(dataset.users),
            "movies": len(dataset.movies),
            "ratings": len(dataset.ratings),
        },
        quality=_quality(trainer, calibration),
        history=trainer.history,
    )

    def draw(path: Path) -> None:
        draw_curves(trainer.history, trainer.best_epoch, path)

    return save_bundle(config.model.dir, trained, draw)


def _quality(trainer: Trainer, calibration: Calibration) -> dict[str, float]:
    quality: dict[str, float] = {"best_epoch": trainer.best_epoch}
    for name in ("validation", "test"):
        ratings = getattr(trainer.examples, name)
        stars = calibration.stars(trainer.cosines(ratings))
        quality |= {f"{name}_rmse": rmse(stars, ratings.stars), f"{name}_mae": mae(stars, ratings.stars)}
    return quality
