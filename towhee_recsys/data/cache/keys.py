"""The key of a kept dataset, and the states of the files that it was read from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from towhee_recsys.config import DataSchema

NOT_READ_BY = {"name", "download", "cache", "tables"}
"""What of a declaration does not change what is read."""


def key_of(schema: DataSchema, fingerprint: str) -> str:
    """32 hexadecimal digits: the same for the same content and declaration, and the same code that reads it."""
    import pandas

    declared = schema.model_dump(exclude=NOT_READ_BY, mode="json")
    content = [_code(), pandas.__version__, fingerprint, declared]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


@cache
def _code() -> str:
    """The SHA-256 of the modules of `towhee_recsys.data`: what other versions have kept is not loaded."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def states_of(files: Iterable[Path]) -> list[tuple[int, int]]:
    """Size and time of each file: as long as they are the same, the content is. Empty where a file cannot be seen."""
    try:
        found = [os.stat(file) for file in files]
    except OSError:
        return []
    return [(each.st_size, each.st_mtime_ns) for each in found]
