"""Loads a kept dataset."""

from __future__ import annotations

import json
import logging
import os
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from towhee_recsys.config import DataSchema
from towhee_recsys.data.cache.files import INTERACTIONS, ITEMS, RECORD, TABLES, USERS, checksum
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.support.files import read_text

LARGEST_RECORD = 1 << 24

logger = logging.getLogger("towhee_recsys.data")


def load_dataset(folder: Path, schema: DataSchema) -> Dataset | None:
    """The dataset that is kept in `folder`; None where there is none, or one that is damaged or cannot be opened.

    Its interactions are mapped into memory, and cannot be changed in place. What was logged about bad rows when it was
    read is logged again.
    """
    try:
        if not (folder / RECORD).is_file():
            return None
        dataset = _load(folder, schema)
    except Exception as error:  # of a file of any bytes
        logger.info("%s cannot be loaded (%s), so the dataset is read again", folder, error)
        return None
    with suppress(OSError):
        os.utime(folder)  # used last
    for warning in dataset.warnings:
        logger.warning("%s", warning)
    return dataset


def _load(folder: Path, schema: DataSchema) -> Dataset:
    from towhee_recsys.data.cache.arrow_files import read_arrays, read_frame

    record = _record(folder)
    for name in TABLES:
        if checksum(folder / name) != record["checksums"][name]:
            raise ValueError(f"{name} has another checksum")
    return Dataset(
        users=read_frame(folder / USERS),
        items=read_frame(folder / ITEMS),
        interactions=Interactions(**read_arrays(folder / INTERACTIONS)),
        schema=schema,
        fingerprint=record["fingerprint"],
        item_types=record["item_types"],
        bad_rows=Counter(record["bad_rows"]),
        removed=Counter(record["removed"]),
        warnings=tuple(record["warnings"]),
    )


def _record(folder: Path) -> dict[str, Any]:
    given, _, content = read_text(folder / RECORD, LARGEST_RECORD).partition("\n")
    if int(given) != zlib.crc32(content.encode()):
        raise ValueError(f"{RECORD} has another checksum")
    found: dict[str, Any] = json.loads(content)
    return found
