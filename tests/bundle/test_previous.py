"""The bundle that another one replaced is kept, and can be put back, whatever is killed on the way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.kills import killed_at_each_step
from towhee_recsys import load_bundle, train
from towhee_recsys.bundle import Bundle, replace_bundle
from towhee_recsys.errors import BundleError, TrainingError
from towhee_recsys.support.files import finish_replace, previous_of, recover, replace_directory
from towhee_recsys.training import restore_previous
from towhee_recsys.training.lock import training_lock


@pytest.fixture(scope="module")
def models(small_config_in, tmp_path_factory) -> list[Bundle]:
    """Three models that differ by their seed."""
    folders = [tmp_path_factory.mktemp(f"seed-{seed}") for seed in range(3)]
    return [train(small_config_in(folder, "training.epochs=1", f"seed={s}")) for s, folder in enumerate(folders)]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "model"


def put(model: Bundle, target: Path) -> Bundle:
    return replace_bundle(target, lambda folder: shutil.copytree(model.directory, folder, dirs_exist_ok=True) and None)


def ids(target: Path) -> list[str | None]:
    """The model in the folder, and the one kept beside it; nothing else may be there."""
    places = [target, previous_of(target)]
    assert set(target.parent.iterdir()) <= set(places)
    return [load_bundle(place).model_id if place.exists() else None for place in places]


def test_the_last_one_is_kept_and_no_more(models, target):
    a, b, c = (model.model_id for model in models)
    for model, expected in zip(models, ([a, None], [b, a], [c, b]), strict=True):
        assert put(model, target).model_id == model.model_id
        assert ids(target) == expected


def test_a_training_keeps_what_it_replaces(small_config):
    first, second = (train(small_config("training.epochs=1", f"seed={seed}")) for seed in (1, 2))
    assert ids(second.directory) == [second.model_id, first.model_id]


def test_the_same_model_again_and_a_damaged_one_are_not_kept(models, target):
    a, b, c = (model.model_id for model in models)
    put(models[0], target)
    put(models[1], target)
    put(models[1], target)
    assert ids(target) == [b, a]
    (target / "weights.npz").write_bytes(b"damaged")
    put(models[2], target)
    assert ids(target) == [c, a]


def test_somebody_s_own_folder_of_that_name_is_left_alone(models, target, caplog):
    put(models[0], target)
    previous_of(target).mkdir()
    (previous_of(target) / "thesis.txt").write_text("years of work")
    put(models[1], target)
    assert (previous_of(target) / "thesis.txt").read_text() == "years of work"
    assert f"{previous_of(target)} is no model: it is left alone" in caplog.text
    with pytest.raises(BundleError, match=r"there is none in .*\.previous"):
        restore_previous(target)


def test_a_model_is_swapped_with_the_one_before_it_and_back(models, target):
    a, b, _ = (model.model_id for model in models)
    put(models[0], target)
    put(models[1], target)
    assert restore_previous(target).model_id == load_bundle(target).model_id == a
    assert ids(target) == [a, b]
    assert restore_previous(target, b).model_id == b
    assert ids(target) == [b, a]


def test_the_model_that_is_asked_for_is_put_there_once(models, target):
    a, b, c = (model.model_id for model in models)
    put(models[0], target)
    put(models[1], target)
    for _ in range(2):
        assert restore_previous(str(target), a).model_id == a
        assert ids(target) == [a, b]
    with pytest.raises(BundleError) as raised:
        restore_previous(target, c)
    assert all(fact in str(raised.value) for fact in (f"{previous_of(target)} is model {b}", c, "Train"))
    assert ids(target) == [a, b]


def test_there_is_none_before_the_first(models, target):
    put(models[0], target)
    with pytest.raises(BundleError) as raised:
        restore_previous(target)
    assert all(fact in str(raised.value) for fact in (str(target), str(previous_of(target)), "Train again"))
    assert ids(target)[0] == models[0].model_id


def test_a_damaged_one_is_not_put_back_but_replaces_nothing(models, target):
    put(models[0], target)
    put(models[1], target)
    (previous_of(target) / "known.npz").write_bytes(b"damaged")
    with pytest.raises(BundleError, match=r"known\.npz is not what was saved"):
        restore_previous(target)
    assert load_bundle(target).model_id == models[1].model_id


def test_a_damaged_model_is_gone_back_from(models, target):
    put(models[0], target)
    put(models[1], target)
    (target / "weights.npz").write_bytes(b"damaged")
    assert restore_previous(target, models[0].model_id).model_id == models[0].model_id


def test_not_while_a_training_holds_the_folder(models, target):
    put(models[0], target)
    put(models[1], target)
    with training_lock(str(target)), pytest.raises(TrainingError, match="another training into"):
        restore_previous(target)


def fill(content: str) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        for name in ("a", "b"):
            (folder / name).write_text(content)

    return fill


def text(folder: Path) -> str:
    assert {path.name for path in folder.iterdir()} == {"a", "b"}
    return {path.read_text() for path in folder.iterdir()}.pop()


def test_killed_before_every_step_of_a_replacement_one_is_in_place_and_its_predecessor_kept(tmp_path):
    target = tmp_path / "directory" / "model"
    replace = partial(replace_directory, target, keep=lambda old, new: True)

    def prepare() -> None:
        shutil.rmtree(target.parent, ignore_errors=True)
        replace(fill("first"))
        replace(fill("second"))

    seen = set()
    for step in killed_at_each_step(lambda: replace(fill("third")), prepare):
        recover(target)
        found = text(target)
        finish_replace(target)
        assert text(previous_of(target)) == {"second": "first", "third": "second"}[found], step
        assert set(target.parent.iterdir()) == {target, previous_of(target)}, step
        replace(fill("fourth"))
        assert (text(target), text(previous_of(target))) == ("fourth", found)
        seen.add(found)
    assert seen == {"second", "third"}


@pytest.mark.slow
def test_killed_before_every_step_of_going_back_it_is_done_by_calling_again(models, target):
    a, b, _ = (model.model_id for model in models)

    def prepare() -> None:
        for place in (target, previous_of(target)):
            shutil.rmtree(place, ignore_errors=True)
        put(models[0], target)
        put(models[1], target)

    found = set()
    for step in killed_at_each_step(lambda: restore_previous(target, a), prepare):
        found.add(load_bundle(target).model_id)
        assert restore_previous(target, a).model_id == a, step
        assert ids(target) == [a, b], step
    assert found == {a, b}
