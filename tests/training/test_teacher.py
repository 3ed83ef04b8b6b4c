"""The teacher of a training: what it is fitted to, and that the towers learn from it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from towhee_recsys import load_config, train
from towhee_recsys.config.objectives import purposes
from towhee_recsys.data import read_dataset
from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.support.profiling.clock import Clock
from towhee_recsys.support.step_timers import timed_by
from towhee_recsys.training.examples import encode
from towhee_recsys.training.fit import make_trainer, rating_map_of
from towhee_recsys.training.teacher import teacher_of
from towhee_recsys.training.training_split import split_by


@pytest.fixture
def trained(small_config):
    """The teacher, the examples and the trainer after some epochs, of a dataset."""

    def trained(dataset, *overrides: str):
        config = small_config(*overrides)
        split = split_by(config.protocol, dataset, seed=config.seed, validation=config.training.validation)
        examples, feedback = encode(dataset, split, config.features), dataset.schema.feedback
        teacher = teacher_of(examples, config.objective, config.training)
        trainer = make_trainer(
            examples,
            feedback,
            rating_map_of(examples, feedback, config.model),
            teacher,
            objective=config.objective,
            model=config.model,
            training=config.training,
            seed=config.seed,
        )
        while not trainer.done:
            trainer.epoch()
        return teacher, examples, trainer

    return trained


@pytest.mark.parametrize("protocol", ["rating-90-10", "ranking-80-20", "cold-items"])
def test_ratings_that_are_held_out_change_neither_the_teacher_nor_the_model(protocol, small_config, trained):
    dataset, settings = read_dataset(small_config().dataset), (f"protocol={protocol}", "training.epochs=2")
    teacher, examples, trainer = trained(dataset, *settings)
    every, own = dataset.interactions, examples.training
    keys = [each.users.astype(np.int64) * len(dataset.items) + each.items for each in (every, own)]
    held_out = ~np.isin(*keys)
    assert 200 < held_out.sum() == len(every) - len(own)
    values = np.where(held_out, np.float32(6) - every.values, every.values)
    assert (values != every.values).sum() > 100
    other, _, other_trainer = trained(replace(dataset, interactions=replace(every, values=values)), *settings)
    for name in ("mean", "users", "items", "user_variances", "item_variances", "noise"):
        assert np.array_equal(getattr(teacher, name), getattr(other, name)), name
    for name, weight in trainer.model.state_dict().items():
        assert np.array_equal(weight.numpy(), other_trainer.model.state_dict()[name].numpy()), name


def predicted(trainer) -> np.ndarray:
    """The ratings that a trainer's model predicts of all users and items."""
    model, examples = trainer.model, trainer.examples
    with paddle.no_grad():
        users, items = (
            unit(tower([paddle.to_tensor(array) for array in arrays]).numpy())[0]
            for tower, arrays in (
                (model.rating_tower, examples.user_arrays),
                (model.item_tower, examples.item_arrays),
            )
        )
    return trainer.validation._rating_map.slope * (users @ items.T) + trainer.validation._rating_map.intercept


def test_the_towers_come_close_to_the_teacher_where_nobody_has_rated(small_config, trained):
    dataset = read_dataset(small_config().dataset)
    settings = (
        "model.embedding_size=32",
        "training.epochs=25",
        "training.batch_size=30",
        "training.learning_rate=0.03",
    )
    settings += ("training.rating_decay=0.01", "training.item_decay=0.01", "training.rating_weight=30")
    teacher, examples, trainer = trained(dataset, *settings)
    alone = trained(dataset, *settings, "training.teacher=none")
    assert alone[0] is None
    wanted = teacher.mean + teacher.users @ teacher.items.T
    unrated = np.ones(wanted.shape, dtype=bool)
    unrated[examples.training.users, examples.training.items] = False
    popular = np.bincount(examples.training.items, minlength=wanted.shape[1]) > 5
    cells = unrated & popular
    errors = [np.sqrt(np.mean((predicted(each)[cells] - wanted[cells]) ** 2)) for each in (trainer, alone[2])]
    assert errors[0] < 0.5 * errors[1], errors


@pytest.mark.parametrize("objective", ["rating", "ranking", "both"])
def test_only_ratings_have_a_teacher(objective, make):
    examples, training = make().examples, load_config("sample").training
    for settings in (training, training.model_copy(update={"teacher": None})):
        fitted = teacher_of(examples, objective, settings)
        assert (fitted is not None) is bool(settings.teacher and "rating" in purposes(objective))


def test_fitting_it_is_a_step_of_its_own(small_config):
    clock = Clock()
    with timed_by(clock):
        train(small_config("training.epochs=1"))
    assert clock.steps["fitting the teacher"].calls == 1


def test_the_figures_of_an_epoch_have_the_teacher_in_the_loss_alone(make):
    with_one, without = (make("objective=rating", each).epoch() for each in ("top_k=10", "training.teacher=none"))
    assert with_one.keys() == without.keys()
    assert with_one["training_rmse"] == pytest.approx(without["training_rmse"], rel=0.05)
