"""The folder with the three files."""

from __future__ import annotations

import os
from pathlib import Path

from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.errors import DatasetError

FILES = PUBLISHED["ml-1m"].files


def movies_file(path: str | Path) -> Path:
    """The file with the movies: `path` itself, or movies.dat in the folder `path`.

    Raises:
        DatasetError: there is no such file.
    """
    file = Path(path, "movies.dat") if os.path.isdir(path) else Path(path)
    if not os.path.isfile(file):
        raise DatasetError(f"{file} does not exist; give a file of movies, or the folder with movies.dat")
    return file
