"""Directories are replaced whole: a kill at any step leaves the old one or the new one, never none or a mixture."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import BinaryIO

import pytest

from towhee_recsys.support.files import recover, replace_directory, sha256, write_file

STEPS = ["half filled", "filled", "complete", "old one moved away", "new one in place", "mark removed"]


def fill(content: str):
    def fill(folder: Path) -> None:
        for name in ("a", "b"):
            (folder / name).write_text(content)

    return fill


def contents(target: Path) -> set[str]:
    assert {path.name for path in target.iterdir()} == {"a", "b"}
    return {path.read_text() for path in target.iterdir()}


def killed(target: Path, step: str) -> None:
    """Leaves what a kill after that step of replacing `old` by `new` would leave."""
    fresh, old = target.parent / f".{target.name}.being-written", target.parent / f".{target.name}.being-removed"
    done = STEPS.index(step)
    fresh.mkdir()
    (fresh / "a").write_text("new")
    if done >= 1:
        (fresh / "b").write_text("new")
    if done >= 2:
        (fresh / "complete").touch()
    if done >= 3 and target.exists():
        target.rename(old)
    if done >= 4:
        fresh.rename(target)
    if done >= 5:
        (target / "complete").unlink()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    replace_directory(tmp_path / "model", fill("old"))
    return tmp_path / "model"


def test_one_replaces_the_other_and_nothing_is_left(target):
    replace_directory(target, fill("new"))
    assert contents(target) == {"new"}
    assert list(target.parent.iterdir()) == [target]


def test_parents_are_made(tmp_path):
    replace_directory(tmp_path / "a" / "b" / "model", fill("new"))
    assert contents(tmp_path / "a" / "b" / "model") == {"new"}


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_a_step_it_recovers_to_the_old_or_the_new(step, target):
    killed(target, step)
    recover(target)
    assert contents(target) == {"new" if STEPS.index(step) >= 3 else "old"}
    recover(target)
    replace_directory(target, fill("newer"))
    assert contents(target) == {"newer"}
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("step", STEPS)
def test_the_first_one_killed_after_a_step(step, target):
    shutil.rmtree(target)
    killed(target, step)
    recover(target)
    assert target.exists() is (STEPS.index(step) >= 2)
    if target.exists():
        assert contents(target) == {"new"}


def test_an_error_while_filling_leaves_the_old_one(target):
    def fails(folder: Path) -> None:
        (folder / "a").write_text("new")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        replace_directory(target, fails)
    assert contents(target) == {"old"}
    assert list(target.parent.iterdir()) == [target], "the room is given back"


def test_a_reader_does_not_disturb_the_first_writer(tmp_path):
    target = tmp_path / "model"

    def interrupted_by_a_reader(folder: Path) -> None:
        (folder / "a").write_text("new")
        recover(target)
        (folder / "b").write_text("new")

    replace_directory(target, interrupted_by_a_reader)
    assert contents(target) == {"new"}


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "file"
    write_file(path, b"old")

    def fails(file: BinaryIO) -> None:
        file.write(b"half of the n")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_file(path, fails)
    assert path.read_text() == "old"
    write_file(path, lambda file: file.write(b"new"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_sha256_of_a_known_text(tmp_path):
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_what_somebody_keeps_beside_it_is_left_alone(target):
    for name in ("model.old", "model.new"):
        (target.parent / name).mkdir()
        (target.parent / name / "kept").touch()
    replace_directory(target, fill("new"))
    assert contents(target) == {"new"}
    assert all((target.parent / name / "kept").exists() for name in ("model.old", "model.new"))
