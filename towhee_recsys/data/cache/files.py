"""The files of a kept dataset, and their checksums."""

from __future__ import annotations

import mmap
import zlib
from pathlib import Path

USERS, ITEMS, INTERACTIONS = "users.arrow", "items.arrow", "interactions.arrow"
TABLES = (USERS, ITEMS, INTERACTIONS)
RECORD = "dataset.json"
"""All else that a dataset has, after a line with its checksum."""


def checksum(path: Path) -> int:
    """The CRC-32 of a file that is not empty: computed at gigabytes a second, and enough to find accidental damage.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is empty.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return zlib.crc32(content)
