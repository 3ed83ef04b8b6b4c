"""Directories and files that exist whole or not at all, and are known by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Has `write` make a file beside `path`, brings it to the disk and puts it in place in one step."""
    fresh = path.with_name(f".{path.name}.being-written")
    write(fresh)
    _sync(fresh)
    os.replace(fresh, path)


def replace_directory(target: Path, fill: Callable[[Path], None]) -> None:
    """Has `fill` fill a directory beside `target` and then puts it in `target`'s place.

    A kill at any moment leaves the old directory or the new one, if need be after `recover`.
    """
    recover(target)
    fresh, old = _beside(target)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    fill(fresh)
    for file in fresh.iterdir():
        _sync(file)
    replaced = target.exists()  # asked before it is complete: from then on a reader may put the new one there
    (fresh / "complete").touch()
    if replaced:
        target.rename(old)
    with suppress(FileNotFoundError):  # a reader that came between the two renames has put it there already
        fresh.rename(target)
    (target / "complete").unlink(missing_ok=True)
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Ends what a killed `replace_directory` began: forward if the new one was complete, else back.

    One that still runs in another process goes on undisturbed.
    """
    fresh, old = _beside(target)
    with suppress(FileNotFoundError):  # another process was quicker
        if not target.exists():
            if (fresh / "complete").exists():
                fresh.rename(target)
            elif old.exists():
                old.rename(target)
    (target / "complete").unlink(missing_ok=True)


def _beside(target: Path) -> tuple[Path, Path]:
    """Hidden names of our own: a `model.old` that somebody keeps is not ours to touch."""
    return target.with_name(f".{target.name}.being-written"), target.with_name(f".{target.name}.being-replaced")


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
