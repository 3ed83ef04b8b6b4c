"""What the file system has at a path."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def file_identity(path: Path) -> tuple[int, int] | None:
    """The device and the inode of a file, which a file that replaces it does not share; None where there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def has_working_folder() -> bool:
    """Whether the working folder of this process exists."""
    with suppress(OSError):
        return bool(os.getcwd())
    return False
