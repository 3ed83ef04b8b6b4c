"""Keeps a dataset in files."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import threading
import time
import zlib
from pathlib import Path

from towhee_recsys.data.cache.files import INTERACTIONS, ITEMS, RECORD, TABLES, USERS, checksum
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.support.files import remove_directory, write_file

SMALLEST = 100_000
"""A dataset of fewer interactions is read in a moment, and not kept."""

MOST_KEPT = 3
"""Datasets that are kept in a folder: those that were used last."""

ABANDONED = 3600
"""Seconds after which an unfinished folder is taken for that of a killed process."""

_KEY, _UNFINISHED = re.compile("[0-9a-f]{32}"), re.compile(r"\.[0-9a-f]{32}\..*")

logger = logging.getLogger("towhee_recsys.data")


def keep_dataset(dataset: Dataset, folder: Path) -> None:
    """Keeps `dataset` in `folder`, whole or not at all, and removes datasets beside it that were not used lately.

    Where that is not possible, as in a folder that is read-only, this is logged.
    """
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}-{threading.get_native_id()}")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        _write(dataset, fresh)
        remove_directory(folder)
        fresh.rename(folder)
        _remove_old(folder.parent)
    except Exception as error:  # the disk, or a column that Arrow does not take: the dataset has been read all the same
        logger.info("The dataset is not kept for the next time in %s: %s", folder, error)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write(dataset: Dataset, folder: Path) -> None:
    from towhee_recsys.data.cache.arrow_files import write_arrays, write_frame

    write_frame(folder / USERS, dataset.users)
    write_frame(folder / ITEMS, dataset.items)
    arrays = {name: array for name, array in vars(dataset.interactions).items() if array is not None}
    write_arrays(folder / INTERACTIONS, arrays)
    record = {
        "fingerprint": dataset.fingerprint,
        "item_types": dataset.item_types,
        "bad_rows": dataset.bad_rows,
        "removed": dataset.removed,
        "warnings": dataset.warnings,
        "checksums": {name: checksum(folder / name) for name in TABLES},
    }
    content = json.dumps(record).encode()
    write_file(folder / RECORD, b"%d\n%b" % (zlib.crc32(content), content))


def _remove_old(folder: Path) -> None:
    now, found = time.time(), list(folder.iterdir())
    kept = sorted((each for each in found if _KEY.fullmatch(each.name)), key=lambda each: each.stat().st_mtime)
    unfinished = [each for each in found if _UNFINISHED.fullmatch(each.name)]
    for each in [*kept[:-MOST_KEPT], *(each for each in unfinished if each.stat().st_mtime < now - ABANDONED)]:
        shutil.rmtree(each, ignore_errors=True)
