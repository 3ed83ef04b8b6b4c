"""The content of files in a hash."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from towhee_recsys.errors import DatasetError


def add_content(digest: Any, path: Path) -> None:
    """Adds the bytes of a file to `digest`, an object of `hashlib`.

    Raises:
        DatasetError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror or error}") from error
