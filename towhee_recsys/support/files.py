"""Directories and files that exist whole or not at all, and are known by their SHA-256."""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
    stat.S_ISFIFO: "a pipe",
    stat.S_ISSOCK: "a socket",
}

_STATES = ("being-written", "being-removed")
"""The states of a hidden directory beside the one that is replaced, as they are in its name."""


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
        content = file.read(min(most, path.stat().st_size) + 1)  # `read` allocates this many bytes first
    if len(content) > most:
        raise ValueError(f"it is larger than {most:,} bytes")
    return content.decode("utf-8")


def write_file(path: str | Path, content: bytes | Callable[[BinaryIO], object]) -> None:
    """Writes a file completely or not at all: `content`, or what the function writes into the open file.

    The file is written beside `path`, synced to the disk and put there in one step. An existing file keeps its mode;
    of a symbolic link the target is replaced, and the link stays.

    Raises:
        OSError: the folder does not exist (`ENOENT`), something other than a regular file is there, or the disk
            refuses; an existing file stays as it was.
    """
    target, mode = target_of(path)
    fresh = target.with_name(f"{_in_progress(target)}{threading.get_native_id()}")
    with _removed_on_error(fresh):
        fresh.unlink(missing_ok=True)  # left behind by a killed process whose number is ours now
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            if mode is not None:
                os.chmod(fresh, mode)
            if isinstance(content, bytes):
                file.write(content)
            else:
                content(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, target)


def target_of(path: str | Path) -> tuple[Path, int | None]:
    """The file that writing to `path` would replace, all links followed, and its mode; None where there is none yet.

    Raises:
        OSError: the folder does not exist (`ENOENT`), or something other than a regular file is there.
    """
    target = Path(os.path.realpath(path))
    try:
        found = os.stat(path)
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"there is no folder {Path(path).parent}", str(path)) from None
        return target, None
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for is_kind, name in _KINDS.items() if is_kind(found.st_mode)), "no regular file")
        raise FileExistsError(errno.EEXIST, f"it is {kind}", str(path))
    return target, stat.S_IMODE(found.st_mode)


def remove_unfinished(path: Path) -> None:
    """Removes what killed processes left of `path`. Only for a process that alone may write it."""
    for left in path.parent.glob(f"{glob.escape(_in_progress(path))}*"):
        left.unlink(missing_ok=True)


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
        replaces = target.exists()  # checked before the new one is complete, since a reader may move a complete one
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
        if (target / "complete").exists():  # checked first, since the folder may be read-only
            (target / "complete").unlink()


def finish_replace(target: Path) -> None:
    """Recovers `target` and removes the leftovers of a killed `replace_directory`.

    For the process that may replace `target`; readers call `recover`.
    """
    recover(target)
    for state in _STATES:
        shutil.rmtree(_hidden(target, state), ignore_errors=True)


def remove_directory(target: Path) -> None:
    """Removes `target`, if it is there, and what a killed `replace_directory` left of it.

    A kill leaves all of it or none under its name; what it leaves beside it goes with the next replacement or removal.
    """
    finish_replace(target)
    removed = _hidden(target, "being-removed")
    with suppress(OSError):  # there is none, or it may not be removed
        target.rename(removed)
    shutil.rmtree(removed, ignore_errors=True)


def _hidden(target: Path, state: str) -> Path:
    """A hidden name of our own: a `model.old` that the user keeps is left alone."""
    return target.with_name(f".{target.name}.{state}")


def _in_progress(target: Path) -> str:
    """How the names of files begin that are to replace `target`: short, since a name may have 255 bytes."""
    return f".{target.name[:40]}.being-written-"


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
