"""The folder of a published dataset, or of one in the same format."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from towhee_recsys.config import DataSchema, is_published
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.errors import DatasetError

GIVE_PATH = "give the folder with --set dataset.path=DIR"


def missing(folder: Path, files: Collection[str]) -> list[str]:
    """The names of the `files` that `folder` lacks."""
    return [name for name in files if not os.path.isfile(folder / name)]


def complaint(folder: Path, files: Collection[str], schema: DataSchema) -> str:
    """The message for a folder that lacks some of the `files` of a dataset."""
    cure = f"{GIVE_PATH}, or set dataset.download: true" if is_published(schema) else GIVE_PATH
    if os.path.isfile(folder):
        return f"{folder} is a file, but dataset.path takes the folder with {', '.join(files)}; {cure}"
    state = "" if os.path.isdir(folder) else " (there is no such folder)"
    if not state and not os.access(folder, os.R_OK | os.X_OK):
        state = " (no permission to look into it)"
    return f"{folder} lacks {', '.join(missing(folder, files))}{state}; {cure}"


def awaited(schema: DataSchema, files: Collection[str]) -> str | None:
    """What is missing where the dataset has yet to be downloaded, in a sentence; None where all `files` are there.

    Raises:
        DatasetError: files are missing and may not be downloaded.
    """
    folder = Path(str(schema.path))
    if not missing(folder, files):
        return None
    if schema.download and is_published(schema) and not folder.is_file():
        title = PUBLISHED[schema.name].title
        return f"{folder} does not have {title} yet; `towhee-recsys train -c CONFIG` downloads it."
    raise DatasetError(f"{complaint(folder, files, schema)}.")
