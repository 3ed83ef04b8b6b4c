"""The teacher alone, without the towers that learn from it: the iterations that it needs, and its predictions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, islice

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.teacher import Teacher, design, teacher_iterations
from towhee_recsys.training.examples import encode
from towhee_recsys.training.training_split import split_by

MOST = 50
"""No more iterations are tried: by then nothing changes any more."""


def fewest_iterations(config: Config, dataset: Dataset, test: Interactions, rmse: float) -> int:
    """The fewest iterations after which the teacher's RMSE on `test` is at most `rmse`; `MOST` where none is enough."""
    teachers = zip(count(1), teacher_after_each_iteration(config, dataset), strict=False)
    reached = (number for number, teacher in islice(teachers, MOST) if rmse_of(teacher, dataset, test) <= rmse)
    return next(reached, MOST)


def teacher_after(config: Config, dataset: Dataset, iterations: int) -> Teacher:
    """The teacher after so many iterations on the training part of the config's protocol."""
    return next(islice(teacher_after_each_iteration(config, dataset), iterations - 1, None))


def teacher_after_each_iteration(config: Config, dataset: Dataset) -> Iterator[Teacher]:
    """The teachers of `training.teacher` of the config, from the training part of its protocol."""
    split = split_by(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
    examples, settings = encode(dataset, split, config.features), config.training.teacher
    assert settings, "a config with a teacher"
    features = design(examples.users, examples.user_arrays), design(examples.items, examples.item_arrays)
    return teacher_iterations(examples.training, *features, rank=settings.rank, svd_rank=settings.svd_rank)


def rmse_of(teacher: Teacher, dataset: Dataset, test: Interactions) -> float:
    """The RMSE of the teacher's predictions, clipped to the scale of the ratings, on `test`."""
    scale = dataset.schema.feedback.scale
    assert scale, "ratings have a scale"
    error = np.clip(teacher.predicted(test.users, test.items), *scale) - test.values
    return float(np.sqrt(np.mean(error**2)))
