"""The folder with the three files."""

from __future__ import annotations

import os
from pathlib import Path

from towhee_recsys.config import DataSchema
from towhee_recsys.errors import DatasetError

FILES = ("movies.dat", "users.dat", "ratings.dat")
PUBLISHED = "ml-1m"
"""The one dataset that can be downloaded."""

GIVE_PATH = "give the folder with --set dataset.path=DIR"


def missing(folder: Path) -> list[str]:
    """The names of the files that `folder` lacks."""
    return [name for name in FILES if not os.path.isfile(folder / name)]


def complaint(folder: Path, schema: DataSchema) -> str:
    """The message for a folder that is not a dataset's."""
    cure = f"{GIVE_PATH}, or set dataset.download: true" if schema.name == PUBLISHED else GIVE_PATH
    if os.path.isfile(folder):
        return f"{folder} is a file, but dataset.path takes the folder with {', '.join(FILES)}; {cure}"
    state = "" if os.path.isdir(folder) else " (there is no such folder)"
    if not state and not os.access(folder, os.R_OK | os.X_OK):
        state = " (no permission to look into it)"
    return f"{folder} lacks {', '.join(missing(folder))}{state}; {cure}"


def movies_file(path: str | Path) -> Path:
    """The file with the movies: `path` itself, or movies.dat in the folder `path`.

    Raises:
        DatasetError: there is no such file.
    """
    file = Path(path, "movies.dat") if os.path.isdir(path) else Path(path)
    if not os.path.isfile(file):
        raise DatasetError(f"{file} does not exist; give a file of movies, or the folder with movies.dat")
    return file
