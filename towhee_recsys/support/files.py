"""Directories and files that exist whole or not at all, and are known by their SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_STATES = ("being-written", "being-removed")
"""What a directory beside the one that is replaced can be."""


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def read_text(path: Path, most: int) -> str:
    """The UTF-8 text of a file of at most `most` bytes.

    Raises:
        ValueError: the file is larger, or is not UTF-8.
    """
    with path.open("rb") as file:
        content = file.read(min(most, path.stat().st_size) + 1)  # so much is allocated before it is read
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content.decode("utf-8")


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Has `write` make a file beside `path`, syncs it to the disk and renames it to `path` in one step."""
    fresh = path.with_name(f".{path.name}.being-written")
    with _removed_on_error(fresh):
        write(fresh)
        _sync(fresh)
    os.replace(fresh, path)


def replace_directory(target: Path, fill: Callable[[Path], None]) -> None:
    """Has `fill` fill a new directory beside `target` and then replaces `target` by it.

    A kill at any moment leaves the old directory or the new one, if need be after `recover`. Only one process at a time
    may do this.
    """
    finish_replace(target)
    fresh = _hidden(target, "being-written")
    with _removed_on_error(fresh):
        fresh.mkdir(parents=True)
        fill(fresh)
        for file in fresh.iterdir():
            _sync(file)
        replaces = target.exists()  # to be found out while the new one is incomplete: a reader may move a complete one
        (fresh / "complete").touch()
    if replaces:
        target.rename(_hidden(target, "being-removed"))
    with suppress(FileNotFoundError):  # a reader between the two renames has moved it already
        fresh.rename(target)
    (target / "complete").unlink(missing_ok=True)
    finish_replace(target)


def recover(target: Path) -> None:
    """Completes a killed `replace_directory`: moves the new directory to `target` if the old one is no longer there.

    A `replace_directory` that still runs in another process is not disturbed.
    """
    fresh = _hidden(target, "being-written")
    with suppress(FileNotFoundError, NotADirectoryError):  # another process was faster, or there is no directory
        if not target.exists() and (fresh / "complete").exists():
            fresh.rename(target)
        (target / "complete").unlink()


def finish_replace(target: Path) -> None:
    """Recovers `target` and removes the leftovers of a killed `replace_directory`.

    For the process that may replace `target`; readers call `recover`.
    """
    recover(target)
    for state in _STATES:
        shutil.rmtree(_hidden(target, state), ignore_errors=True)


def remove_directory(target: Path) -> None:
    """Removes `target`, and what a killed `replace_directory` left of it."""
    for path in (target, *(_hidden(target, state) for state in _STATES)):
        shutil.rmtree(path, ignore_errors=True)


def _hidden(target: Path, state: str) -> Path:
    """A hidden name of our own: a `model.old` that the user keeps is left alone."""
    return target.with_name(f".{target.name}.{state}")


@contextmanager
def _removed_on_error(path: Path) -> Iterator[None]:
    """Removes unfinished files, so that a full disk has space again."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
