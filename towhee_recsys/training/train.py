"""The whole of training, a step a line: read, split, encode, fit the teacher and the towers, calibrate, save."""

from __future__ import annotations

from towhee_recsys.bundle import Bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data import Dataset, read_dataset
from towhee_recsys.model.paddle.device import use_device
from towhee_recsys.support.step_timers import timed_step
from towhee_recsys.training.calibrate import calibrate, prediction_variances
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import fit, rating_map_of
from towhee_recsys.training.folders import for_validation, shared_file
from towhee_recsys.training.job import Job
from towhee_recsys.training.lock import training_lock
from towhee_recsys.training.save import data_record, save
from towhee_recsys.training.shared_arrays import remove_shared, share
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.training_split import TrainingSplit, everything, split_by
from towhee_recsys.training.validated import validated
from towhee_recsys.training.warm_start import kept_states, parent_of, settings_for, split_for
from towhee_recsys.training.workers import check_workers, run_workers


def train(
    config: Config | str,
    *,
    final: bool = False,
    warm_start: bool = False,
    fresh: bool = False,
    workers: int = 1,
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
        workers: How many processes of this machine train: on GPUs one each, else each on its share of the cores. Each
            computes its part of every block of users, and all the same steps from the mean of their gradients, so that
            the model is the one of a single process up to rounding. They are started by `spawn`: a script that calls
            this function with several workers has to do so under `if __name__ == "__main__":`.
        progress: Shows a bar; by default only in a terminal.

    Raises:
        DatasetError: the data are missing or bad.
        EvaluationError: the protocol cannot split them.
        BundleError: with `warm_start`, there is no model in `model.dir`, or it is damaged.
        TrainingError: training fails, a worker is killed, this machine has no place for so many `workers`, or training
            cannot start from the model; an older bundle stays as it is.
    """
    config = load_config(config)
    device = use_device(config.training.device)
    check_workers(workers, device)
    with training_lock(config.model.dir):
        remove_shared(shared_file(config.model.dir))  # of a training that was killed
        job = _job(config, final, warm_start, workers, progress)
        checkpoint = job.checkpoint()
        if fresh:
            checkpoint.remove()
        if workers > 1:
            shared = share(job, shared_file(config.model.dir))
            job = shared.read()  # the workers' arrays, in memory once
            run_workers(shared, checkpoint, workers, device, progress)
        trainer = job.trainer()
        fit(trainer, checkpoint, progress=progress)
        calibration = job.parent.calibration if job.parent else calibrate(trainer, job.rating_map)
        variances = prediction_variances(trainer, calibration, job.teacher)
        bundle = save(config, job.data, trainer, job.rating_map, calibration, variances)
        checkpoint.remove()
        return bundle


def _job(config: Config, final: bool, warm_start: bool, workers: int, progress: bool | None) -> Job:
    """What is read, split, encoded and fitted before the towers are."""
    parent = parent_of(config) if warm_start else None
    with timed_step("reading the data"):
        dataset = read_dataset(config.dataset)
    feedback = dataset.schema.feedback
    training = settings_for(config.training) if parent else config.training
    epochs = _chosen_epochs(config, dataset, workers, progress) if final and not parent else training.epochs
    split = _split(config, dataset, final, parent)
    examples = encode(dataset, split, config.features, kept_states(parent) if parent else None)
    data = data_record(dataset, split.record)
    del dataset, split  # training needs no more of them, and their memory for other things
    rating_map = parent.manifest.rating_map if parent else rating_map_of(examples, feedback, config.model)
    teacher = teacher_of(examples, config.objective, training, progress=progress)
    return Job(config, training, epochs, data, examples, rating_map, teacher, parent)


def _split(config: Config, dataset: Dataset, final: bool, parent: Bundle | None) -> TrainingSplit:
    if final:
        split = everything(dataset)
    else:
        share = 0 if parent else config.training.validation
        split = split_by(config.protocol, dataset, seed=config.seed, validation=share)
    return split_for(split, parent) if parent else split


def _chosen_epochs(config: Config, dataset: Dataset, workers: int, progress: bool | None) -> int:
    """The number of epochs that validation chose, after training a model for it if there is none yet."""
    other = for_validation(config)
    bundle = validated(config, dataset) or validated(other, dataset) or train(other, workers=workers, progress=progress)
    return int(bundle.quality["kept_epoch"])
