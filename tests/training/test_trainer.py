from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from towhee_recsys.model.objectives import unit
from towhee_recsys.model.paddle.quiet import paddle
from towhee_recsys.training.validation import Validation


def test_every_user_and_item_passes_its_tower_once_a_step(trainer):
    passes: dict[str, list[int]] = {"user_tower": [], "rating_tower": [], "item_tower": []}
    for name, layer in trainer.model.named_sublayers():
        if name in passes:
            layer.inputs[0].register_forward_pre_hook(lambda _, given, name=name: passes[name].append(len(given[0])))
    rng = np.random.default_rng(0)
    for feature in trainer.cached.values():
        feature.refresh()
    for block in trainer.blocks(rng):
        trainer._step(block, rng)
        users, items = len(block.users), len(block.items)
        assert {name: found.pop() for name, found in passes.items()} == {
            "user_tower": users,
            "rating_tower": users,
            "item_tower": items,
        }
    assert not any(passes.values())


def test_the_parts_share_no_rating_and_are_of_the_protocol(make):
    for protocol, tested in (("rating-90-10", 246), ("temporal", 493)):
        examples = make(f"protocol={protocol}", "training.validation=0.05").examples
        pairs = [
            set(zip(each.users.tolist(), each.items.tolist(), strict=True))
            for each in (examples.training, examples.validation)
        ]
        assert not pairs[0] & pairs[1]
        assert len(pairs[0]) + len(pairs[1]) == 2465 - tested
        assert len(pairs[1]) == round(0.05 * (2465 - tested))
        assert (np.diff(examples.training.users) >= 0).all(), "sorted by user, as blocks need it"


def test_ids_are_known_of_all_items_but_new_ones(make):
    for protocol in ("rating-90-10", "cold-items"):
        examples = make(f"protocol={protocol}").examples
        place = [feature.kind for feature in examples.items.features].index("id")
        known = set(np.flatnonzero(examples.item_arrays[place]).tolist())
        rated = set(examples.training.items.tolist())
        assert rated <= known
        assert (len(known) == len(examples.item_ids)) is (protocol == "rating-90-10")


def test_a_new_id_is_as_that_of_a_rating_and_an_unrated_one_as_the_least_rated(make):
    trainer = make()
    trainer.epoch()
    trainer.use_kept()
    examples, tower = trainer.examples, trainer.model.item_tower
    [place], [bias] = tower.ids, tower.biases
    amounts, rows = bias.amounts.weight.numpy(), examples.item_arrays[place]
    counts = np.bincount(rows[examples.training.items], minlength=len(amounts))
    assert amounts[0] == pytest.approx(np.average(amounts[1:], weights=counts[1:], axis=0), abs=1e-6)
    unrated = [row for row in range(1, len(amounts)) if not counts[row]]
    assert unrated
    of_the_least = amounts[counts == counts[counts > 0].min()].mean(axis=0)
    assert amounts[unrated] == pytest.approx(np.tile(of_the_least, (len(unrated), 1)), abs=1e-6)
    assert not tower.inputs[place].embedding.weight.numpy()[[0, *unrated]].any()
    assert len(set(amounts[:, 0].tolist())) > 3


def test_cosines_are_those_of_each_rating(trainer):
    examples, model = trainer.examples, trainer.model
    with paddle.no_grad():
        users, items = (
            unit(tower([paddle.to_tensor(array) for array in arrays]).numpy())[0]
            for tower, arrays in (
                (model.rating_tower, examples.user_arrays),
                (model.item_tower, examples.item_arrays),
            )
        )
    ratings = examples.validation
    assert trainer.validation.cosines(ratings) == pytest.approx(
        (users @ items.T)[ratings.users, ratings.items], abs=1e-6
    )


@pytest.mark.parametrize("are_lazy", [False, True])
def test_a_restored_trainer_continues_as_if_nothing_had_happened(make, are_lazy, request):
    if are_lazy:
        request.getfixturevalue("all_lazy")
    trainer, other = make(), make()
    trainer.epoch()
    state = {
        name: {key: np.array(array) for key, array in group.items()} if isinstance(group, dict) else list(group)
        for name, group in trainer.state().items()
    }
    straight = [trainer.epoch() for _ in range(2)]
    other.restore(state)
    assert [other.epoch() for _ in range(2)] == straight
    assert (other.history, other.kept_epoch) == (trainer.history, trainer.kept_epoch)
    for name, weight in trainer.model.state_dict().items():
        assert np.array_equal(weight.numpy(), other.model.state_dict()[name].numpy()), name


@pytest.mark.parametrize(
    ("objective", "figures"),
    [
        ("rating", {"training_rmse", "validation_rmse"}),
        ("ranking", {"validation_ndcg@10"}),
        ("both", {"training_rmse", "validation_rmse", "validation_ndcg@10"}),
    ],
)
def test_an_epoch_is_measured_by_what_the_objective_is_about(make, objective, figures):
    line = make(f"objective={objective}", "training.validation=0.2").epoch()
    assert line.keys() == {"epoch", "learning_rate", "loss"} | figures
    assert all(math.isfinite(value) for value in line.values())


def test_without_validation_patience_keeps_the_last_epoch(make):
    trainer = make("training.validation=0", "training.patience=1")
    for epoch in range(1, 5):
        assert not trainer.done
        assert not any(name.startswith("validation") for name in trainer.epoch())
        assert trainer.kept_epoch == epoch
    assert trainer.done
    assert all(
        np.array_equal(weight.numpy(), trainer.kept[name]) for name, weight in trainer.model.state_dict().items()
    )


def with_training(trainer, **changes):
    trainer.settings = trainer.settings.model_copy(update=changes)


@pytest.mark.parametrize("figure", ["validation_rmse", "validation_ndcg@10"])
def test_patience_counts_the_epochs_since_the_best(trainer, figure):
    trainer.epochs, sign = 9, 1 if figure == "validation_rmse" else -1
    for errors, done in (([1.0], False), ([1, 0.9, 0.95], False), ([1, 0.9, 0.9, 0.91, 0.9], True)):
        trainer.history = [{"epoch": n, figure: sign * error} for n, error in enumerate(errors, start=1)]
        with_training(trainer, patience=3)
        assert trainer.done is done
        with_training(trainer, patience=None)
        assert not trainer.done, "all epochs are run"
    trainer.history = trainer.history * 2
    assert trainer.done, "ten of nine"


def test_of_both_figures_rmse_chooses_the_epoch(trainer):
    trainer.history = [{"validation_rmse": rmse, "validation_ndcg@10": ndcg} for rmse, ndcg in ((2, 3), (1, 2), (3, 9))]
    with_training(trainer, patience=9)
    assert trainer.kept_epoch == 2


def test_without_patience_the_last_epoch_is_kept(trainer):
    trainer.history = [{"validation_rmse": rmse} for rmse in (2.0, 1.0, 3.0)]
    with_training(trainer, patience=None)
    assert trainer.kept_epoch == 3


def test_weights_are_kept_apart_with_patience_alone_and_only_such_a_state_is_resumed(make):
    without, patient = make("training.patience=null"), make("training.patience=2")
    for trainer in (without, patient):
        trainer.epoch()
    assert (without.kept, patient.kept.keys()) == ({}, patient.model.state_dict().keys())
    assert without.can_resume(patient.state())
    assert not patient.can_resume(without.state())
    patient.restore(patient.state())
    without.restore(patient.state())
    assert (without.kept, patient.kept.keys()) == ({}, patient.model.state_dict().keys())
    without.epochs = 0
    assert not without.can_resume(patient.state()), "it is beyond the last epoch"


def test_the_learning_rate_warms_up_and_falls_in_half_a_cosine_to_0(trainer):
    with_training(trainer, learning_rate=0.5, warmup_steps=10, epochs=25)
    steps = 25 * trainer.blocks.count
    assert steps == 100
    rates = np.array([trainer._learning_rate(step) for step in range(steps)])
    cosine = 0.25 * (1 + np.cos(np.pi * np.arange(steps) / steps))
    assert rates[10:] == pytest.approx(cosine[10:])
    assert rates[:10] == pytest.approx(cosine[:10] * np.arange(1, 11) / 10)
    assert (np.diff(rates[:9]) > 0).all()
    assert (np.diff(rates[10:]) < 0).all()
    assert 0 < rates.min() <= rates.max() <= 0.5
    with_training(trainer, warmup_steps=0)
    assert trainer._learning_rate(0) == 0.5


def test_the_optimiser_goes_by_that_course(trainer):
    rates = []
    trainer.optimizer.set_lr = rates.append
    for _ in range(2):
        trainer.epoch()
    assert rates == [trainer._learning_rate(step) for step in range(2 * trainer.blocks.count)]


def test_fewer_epochs_are_on_the_same_course(make):
    longer, shorter = make("training.epochs=8"), make("training.epochs=8", epochs=2)
    assert [shorter._learning_rate(step) for step in range(8)] == [longer._learning_rate(step) for step in range(8)]
    lines = [shorter.epoch() for _ in range(2)]
    assert shorter.done
    assert lines == [longer.epoch() for _ in range(2)]
    assert not longer.done


def test_in_validation_no_rated_item_may_be_listed_even_with_the_value_0(trainer):
    examples, training = trainer.examples, trainer.examples.training
    zeros = replace(training, values=np.zeros_like(training.values))
    validation = Validation(
        trainer.model, replace(examples, training=zeros), ["ranking"], liked=4, rating_map=None, seed=1
    )
    assert len(validation._users) > 10
    for row, user in enumerate(validation._users):
        excluded = set(validation._excluded[row].nonzero()[1].tolist())
        assert excluded == set(training.items[training.users == user].tolist())


def test_in_validation_liked_items_are_relevant_even_with_the_value_0(trainer):
    examples, held_out = trainer.examples, trainer.examples.validation
    zeros = replace(held_out, values=np.zeros_like(held_out.values))
    validation = Validation(
        trainer.model, replace(examples, validation=zeros), ["ranking"], liked=0, rating_map=None, seed=1
    )
    assert validation._relevant.nonzero()[0].size == len(held_out)


def test_validation_is_the_same_for_a_few_users_at_a_time(trainer, monkeypatch):
    whole = trainer.validation.measure()
    monkeypatch.setattr("towhee_recsys.training.validation.CELLS", 3 * len(trainer.examples.item_ids))
    assert trainer.validation.measure() == pytest.approx(whole, rel=1e-6)
