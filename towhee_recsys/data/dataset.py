"""A dataset in memory, and its readers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from towhee_recsys.config.schema import DatasetConfig
from towhee_recsys.data.sources.movielens.download import ensure_dataset
from towhee_recsys.data.sources.movielens.fast import flawless_ratings
from towhee_recsys.data.sources.movielens.folder import FILES, PUBLISHED, movies_file
from towhee_recsys.data.sources.movielens.parsers import movie_parser, rating_parser, user_parser
from towhee_recsys.data.sources.rows import Reading, Rows
from towhee_recsys.errors import DatasetError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Dataset:
    """Users, items and ratings, with what they were read from.

    - `users`: user_id int64, gender str (F or M), age int64 (its group's code), occupation int64, zip_code str
    - `items`: movie_id int64, title str (without the year), year Int64 (<NA> where unknown), genres list[str]
    - `ratings`: user_id int64, movie_id int64, rating float32, timestamp int64
    - `fingerprint`: SHA-256 over the bytes of movies.dat, users.dat and ratings.dat, in hexadecimal digits
    - `bad_lines`: how many lines were skipped, by "file: reason"
    """

    users: pd.DataFrame
    items: pd.DataFrame
    ratings: pd.DataFrame
    name: str
    fingerprint: str
    bad_lines: Counter[str]


def read_dataset(config: DatasetConfig) -> Dataset:
    """The dataset that `config` names, downloaded before if `config` says so.

    Raises:
        DatasetError: a file is missing or unreadable, the download failed, a line is bad (strict reading),
            or too many are (lenient reading).
    """
    folder = ensure_dataset(config)
    strict = config.name in (PUBLISHED, "sample") if config.strict is None else config.strict
    reading = Reading(strict, config.max_bad_share, config.encoding)
    item_rows = Rows(folder / "movies.dat", movie_parser(), reading)
    user_rows = Rows(folder / "users.dat", user_parser(strict=strict), reading)
    items, users = _items_frame(item_rows), _users_frame(user_rows)
    known = set(users["user_id"].tolist()), set(items["movie_id"].tolist())
    rating_rows = Rows(folder / "ratings.dat", rating_parser(*known, config.rating_scale), reading)
    ratings = flawless_ratings(rating_rows.path, *known, config.rating_scale)
    if ratings is None:
        ratings = _ratings_frame(rating_rows)
    bad_lines = Counter(
        {
            f"{rows.path.name}: {reason}": n
            for rows in (item_rows, user_rows, rating_rows)
            for reason, n in rows.bad.items()
        }
    )
    return Dataset(users, items, ratings, config.name, fingerprint(folder), bad_lines)


def read_movies(
    path: str | Path, strict: bool = True, *, max_bad_share: float = 0.01, encoding: str = "latin-1"
) -> pd.DataFrame:
    """The items of a file, or of movies.dat in a folder, with the columns of `Dataset.items`.

    Raises:
        DatasetError: as `read_dataset`.
    """
    return _items_frame(Rows(movies_file(path), movie_parser(), Reading(strict, max_bad_share, encoding)))


def iter_movies(
    path: str | Path,
    chunk_size: int = 1000,
    *,
    strict: bool = True,
    max_bad_share: float = 0.01,
    encoding: str = "latin-1",
) -> Iterator[list[dict[str, Any]]]:
    """Lists of `chunk_size` items, read lazily: `{"movie_id": 6, "title": "Heat", "year": 1995, "genres": ["Crime"]}`.

    The year is None where unknown. Of the items given out, only the ids stay in memory.

    Raises:
        DatasetError: as `read_dataset`; for a bad line when it is reached, for too many of them at the end.
    """
    if chunk_size < 1:
        raise DatasetError(f"chunk_size takes a whole number from 1 up, not {chunk_size!r}")
    rows = Rows(movies_file(path), movie_parser(), Reading(strict, max_bad_share, encoding))
    return _chunks(rows, chunk_size)


def fingerprint(folder: Path) -> str:
    """SHA-256 over the bytes of the three files of `folder`, in hexadecimal digits: same content, same fingerprint.

    Raises:
        DatasetError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise DatasetError(f"{folder / name} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


def _chunks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    walk = iter(rows)
    while chunk := list(islice(walk, size)):
        yield chunk


def _items_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows)).astype({"movie_id": "int64", "year": "Int64"})


def _users_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows)).astype({"user_id": "int64", "age": "int64", "occupation": "int64"})


def _ratings_frame(rows: Iterable[tuple[int, int, float, int]]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    columns = [("user_id", "int64"), ("movie_id", "int64"), ("rating", "float32"), ("timestamp", "int64")]
    return pd.DataFrame(np.fromiter(rows, dtype=columns))
