"""What a kept dataset is known by."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from towhee_recsys.config import DataSchema
from towhee_recsys.version import __version__

FORMAT = 1
"""The format of the files: to be raised when it changes, or when the same files are read otherwise."""

NOT_READ_BY = {"name", "download", "cache", "tables"}
"""What of a declaration does not change what is read."""


def key_of(schema: DataSchema, fingerprint: str) -> str:
    """32 hexadecimal digits: the same for the same content, declaration and version."""
    import pandas

    declared = schema.model_dump(exclude=NOT_READ_BY, mode="json")
    content = [FORMAT, __version__, pandas.__version__, fingerprint, declared]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def states_of(files: Iterable[Path]) -> list[tuple[int, int]]:
    """Size and time of each file: as long as they are the same, the content is. Empty where a file cannot be seen."""
    try:
        found = [os.stat(file) for file in files]
    except OSError:
        return []
    return [(each.st_size, each.st_mtime_ns) for each in found]
