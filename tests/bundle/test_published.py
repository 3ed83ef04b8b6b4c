"""A bundle is replaced in one step, and the copies of published models outlive it, whatever is killed on the way."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.kills import killed_at_each_step
from towhee_recsys import load_bundle
from towhee_recsys.bundle.bundle import read_bundle
from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.errors import BundleError
from towhee_recsys.evaluation.models import put_in_place
from towhee_recsys.support.files import finish_replace, recover, remove_directory, replace_directory
from towhee_recsys.training.lock import training_lock

BUILD = "items__unknown_0123456789ab"


@pytest.fixture
def trained(small_bundle, tmp_path: Path) -> Path:
    """A folder with a model, which a test may change."""
    return Path(shutil.copytree(small_bundle.directory, tmp_path / "model"))


def fill(content: str) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        for name in ("a", "b"):
            (folder / name).write_text(content)

    return fill


def text(folder: Path) -> str:
    assert {path.name for path in folder.iterdir()} == {"a", "b"}
    return {path.read_text() for path in folder.iterdir()}.pop()


def test_killed_before_every_step_of_a_replacement_one_is_in_place(tmp_path):
    target = tmp_path / "directory" / "model"
    replace = partial(replace_directory, target)

    def prepare() -> None:
        shutil.rmtree(target.parent, ignore_errors=True)
        replace(fill("first"))

    seen = set()
    for step in killed_at_each_step(lambda: replace(fill("second")), prepare):
        recover(target)
        seen.add(text(target))
        finish_replace(target)
        assert set(target.parent.iterdir()) == {target}, step
        replace(fill("third"))
        assert text(target) == "third"
    assert seen == {"first", "second"}


def test_killed_before_every_step_of_a_copy_it_is_whole_or_missing(trained, small_bundle):
    models, model_id = PublishedModels(trained), small_bundle.model_id

    def prepare() -> None:
        shutil.rmtree(models.folder, ignore_errors=True)

    seen = set()
    for step in killed_at_each_step(lambda: models.write(BUILD, model_id), prepare):
        seen.add(models.exists(BUILD))
        assert not models.exists(BUILD) or load_bundle(models.folder / model_id).model_id == model_id, step
        models.drop(BUILD)
        assert left(models) == [], step
    assert seen == {True, False}


def left(models: PublishedModels) -> list[str]:
    """What there is beside the folder of builds' needs."""
    return [each.name for each in models.folder.rglob("*") if each.name != "builds"] if models.folder.exists() else []


def test_a_copy_stays_when_the_model_is_replaced_or_gone(trained, small_bundle):
    models, model_id = PublishedModels(trained), small_bundle.model_id
    assert models.find(model_id) == trained, "before there is a copy"
    models.write(BUILD, model_id)
    shutil.rmtree(trained)
    assert load_bundle(models.find(model_id)).model_id == model_id
    models.drop(BUILD)
    assert models.find(model_id) is None


def test_a_copy_stays_for_as_long_as_a_build_needs_it(trained, small_bundle):
    models = PublishedModels(trained)
    for build in (BUILD, "b2"):
        models.write(build, small_bundle.model_id)
    models.drop(BUILD)
    assert (models.exists(BUILD), models.exists("b2")) == (False, True)
    models.drop("b2")
    assert left(models) == []


def test_the_copy_is_that_of_the_last_training_that_gave_the_same_weights(trained, small_bundle):
    models, manifest = PublishedModels(trained), trained / "manifest.json"
    models.write(BUILD, small_bundle.model_id)
    assert load_bundle(models.find(small_bundle.model_id)).manifest.measured == {}
    written = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(written | {"measured": {"model": {"rmse": 0.9}}}), encoding="utf-8")
    models.write("b2", small_bundle.model_id)
    assert load_bundle(models.find(small_bundle.model_id)).manifest.measured == {"model": {"rmse": 0.9}}


def test_another_model_and_a_damaged_one_are_not_copied(trained, small_bundle):
    models = PublishedModels(trained)
    with pytest.raises(BundleError, match=f"is {small_bundle.model_id}, but the vectors are of {'a' * 16}"):
        models.write(BUILD, "a" * 16)
    (trained / "weights.npz").write_bytes(b"damaged")
    with pytest.raises(BundleError, match=r"weights\.npz is not what was saved"):
        models.write(BUILD, small_bundle.model_id)
    assert not models.folder.exists()


def test_a_model_that_is_replaced_while_it_is_copied_is_not_published(trained, small_bundle, monkeypatch):
    models, copy = PublishedModels(trained), shutil.copyfile

    def copy_and_replace(source: Path, target: Path) -> None:
        (trained / "known.npz").write_bytes(b"of another training")
        copy(source, target)

    monkeypatch.setattr(shutil, "copyfile", copy_and_replace)
    with pytest.raises(BundleError, match=r"known\.npz is not what was saved"):
        models.write(BUILD, small_bundle.model_id)
    assert not models.exists(BUILD)


def test_files_that_are_read_only_are_copied(trained, small_bundle):
    for file in trained.iterdir():
        file.chmod(0o444)
    models = PublishedModels(trained)
    models.write(BUILD, small_bundle.model_id)
    assert all(os.stat(file).st_mode & 0o200 for file in models.find(small_bundle.model_id).iterdir())


def test_a_copy_that_cannot_be_written_is_reported(trained, small_bundle):
    models = PublishedModels(trained)
    models.folder.write_text("in the way")
    with pytest.raises(BundleError, match=r"cannot be copied to .*\. The live index is as it was"):
        models.write(BUILD, small_bundle.model_id)


def test_the_copies_of_a_link_stay_when_it_leads_elsewhere(trained, small_bundle, tmp_path):
    link = tmp_path / "current"
    link.symlink_to(trained)
    PublishedModels(link).write(BUILD, small_bundle.model_id)
    link.unlink()
    link.symlink_to(tmp_path / "nothing")
    assert load_bundle(PublishedModels(link).find(small_bundle.model_id)).model_id == small_bundle.model_id


def test_removing_what_is_not_there(tmp_path):
    remove_directory(tmp_path / "nothing")
    PublishedModels(tmp_path / "model").drop(BUILD)
    assert list(tmp_path.iterdir()) == []


def test_killed_before_every_step_of_a_removal_it_is_whole_or_gone(tmp_path):
    target = tmp_path / "directory" / "model"
    for _ in killed_at_each_step(lambda: remove_directory(target), lambda: replace_directory(target, fill("whole"))):
        assert not target.exists() or text(target) == "whole"
    assert list(target.parent.iterdir()) == []


def test_killed_while_a_measured_model_is_put_in_place_the_same_training_can_run(trained, small_bundle, tmp_path):
    measured = tmp_path / "model.rating-90-10-42"

    def prepare() -> None:
        shutil.copytree(small_bundle.directory, measured, dirs_exist_ok=True)

    for _ in killed_at_each_step(lambda: put_in_place(read_bundle(measured), str(trained)), prepare):
        assert load_bundle(trained).model_id == small_bundle.model_id
        with training_lock(str(measured)):
            assert not measured.exists() or read_bundle(measured).model_id == small_bundle.model_id
