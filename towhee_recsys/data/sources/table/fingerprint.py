"""The fingerprint of a dataset in tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from towhee_recsys.config import DataSchema
from towhee_recsys.data.sources.digest import add_content


def fingerprint_of(schema: DataSchema, files: Mapping[str, Path], digests: Mapping[str, bytes]) -> str:
    """SHA-256 over the bytes of `files`, the content of the data frames, and the `digests` of other tables.

    The same content has the same fingerprint.

    Raises:
        DatasetError: a file cannot be read.
    """
    digest = hashlib.sha256()
    frames: dict[str, pd.DataFrame] = dict(schema.tables.items())
    known = {table: _of_frame(frame) for table, frame in frames.items()} | dict(digests)
    for table in sorted([*files, *known]):
        digest.update(f"{table}\n".encode())
        digest.update(_of_file(files[table]) if table in files else known[table])
    return digest.hexdigest()


def _of_file(path: Path) -> bytes:
    digest = hashlib.sha256()
    add_content(digest, path)
    return digest.digest()


def _of_frame(frame: pd.DataFrame) -> bytes:
    digest = hashlib.sha256()
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        digest.update(repr((str(name), str(column.dtype))).encode())
        digest.update("\n".join(map(repr, column.tolist())).encode("utf-8", "surrogatepass"))
    return digest.digest()
