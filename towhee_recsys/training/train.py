"""The whole of training, a step a line: read, split, encode, fit the teacher and the towers, calibrate, save."""

from __future__ import annotations

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.model.paddle.device import use_device
from towhee_recsys.support.step_timers import timed_step
from towhee_recsys.training.calibrate import calibrate, prediction_variances
from towhee_recsys.training.checkpoint import Checkpoint
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import fit, make_trainer, rating_map_of
from towhee_recsys.training.folders import for_validation, work_dir
from towhee_recsys.training.lock import training_lock
from towhee_recsys.training.save import data_record, save
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.training_split import TrainingSplit, everything, split_by
from towhee_recsys.training.validated import settings, validated
from towhee_recsys.training.warm_start import kept_states, parent_of, settings_for, split_for, start_from


def train(
    config: Config | str,
    *,
    final: bool = False,
    warm_start: bool = False,
    fresh: bool = False,
    progress: bool | None = None,
) -> Bundle:
    """Trains the model that a config declares and puts its bundle into `model.dir`.

    The model is trained on the training part of the config's protocol. It serves once `index` has published it; until
    then the published model does, of which `index` has made a copy. A training that was killed resumes from its last
    epoch.

    Args:
        config: The config, or its name or file.
        final: Trains on all interactions, for the number of epochs that validation chose: by the model in `model.dir`
            if it was trained by this config, else by the one that `evaluate` uses, in
            `<model.dir>.<protocol>-<seed>`, which is trained if need be.
        warm_start: Starts from the model in `model.dir` instead of from nothing, on data that have grown since, with
            the epochs and the rate of `training.continue_epochs` and `training.continue_learning_rate`. There is no
            validation part, since that model may have seen it; the manifest names that model. It must have the
            objective, the features and the model settings of the config.
        fresh: Starts again, whatever an interrupted training has left.
        progress: Shows a bar; by default only in a terminal.

    Raises:
        DatasetError: the data are missing or bad.
        EvaluationError: the protocol cannot split them.
        BundleError: with `warm_start`, there is no model in `model.dir`, or it is damaged.
        TrainingError: training fails, or cannot start from the model; an older bundle stays as it is.
    """
    config = load_config(config)
    use_device(config.training.device)
    with training_lock(config.model.dir):
        parent = parent_of(config) if warm_start else None
        with timed_step("reading the data"):
            dataset = read_dataset(config.dataset)
        feedback = dataset.schema.feedback
        training = settings_for(config.training) if parent else config.training
        epochs = _chosen_epochs(config, dataset, progress) if final and not parent else training.epochs
        split = _split(config, dataset, final, parent)
        examples = encode(dataset, split, config.features, kept_states(parent) if parent else None)
        data = data_record(dataset, split.record)
        del dataset, split  # training needs no more of them, and their memory for other things
        rating_map = parent.manifest.rating_map if parent else rating_map_of(examples, feedback, config.model)
        teacher = teacher_of(examples, config.objective, training, progress=progress)
        trainer = make_trainer(
            examples,
            feedback,
            rating_map,
            teacher,
            objective=config.objective,
            model=config.model,
            training=training,
            seed=config.seed,
            epochs=epochs,
        )
        if parent:
            start_from(parent, trainer.model, examples)
        checkpoint = Checkpoint(work_dir(config.model.dir), data.trained_on, settings(config), config.seed)
        fit(trainer, checkpoint, fresh=fresh, progress=progress)
        calibration = parent.calibration if parent else calibrate(trainer, rating_map)
        variances = prediction_variances(trainer, calibration, teacher)
        bundle = save(config, data, trainer, rating_map, calibration, variances)
        checkpoint.remove()
        return bundle


def _split(config: Config, dataset: Dataset, final: bool, parent: Bundle | None) -> TrainingSplit:
    if final:
        split = everything(dataset)
    else:
        share = 0 if parent else config.training.validation
        split = split_by(config.protocol, dataset, seed=config.seed, validation=share)
    return split_for(split, parent) if parent else split


def _chosen_epochs(config: Config, dataset: Dataset, progress: bool | None) -> int:
    """The number of epochs that validation chose, after training a model for it if there is none yet."""
    other = for_validation(config)
    bundle = validated(config, dataset) or validated(other, dataset) or train(other, progress=progress)
    return int(bundle.quality["kept_epoch"])
