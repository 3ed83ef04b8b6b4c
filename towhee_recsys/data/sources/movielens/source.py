"""The reader of MovieLens' three files: movies.dat, users.dat and ratings.dat."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.data.dataset import Dataset
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.data.sources.bad_rows import Reading
from towhee_recsys.data.sources.digest import add_content
from towhee_recsys.data.sources.lines import count_lines
from towhee_recsys.data.sources.movielens.declaration import ITEM_TYPES, check_declaration
from towhee_recsys.data.sources.movielens.fast import read_ratings_fast
from towhee_recsys.data.sources.movielens.folder import FILES, movies_file
from towhee_recsys.data.sources.movielens.parsers import RatingRow, movie_parser, rating_parser, user_parser
from towhee_recsys.data.sources.published.download import download_dataset
from towhee_recsys.data.sources.published.folder import awaited
from towhee_recsys.data.sources.rows import Rows
from towhee_recsys.errors import DatasetError

if TYPE_CHECKING:
    import pandas as pd


def ensure(schema: DataSchema) -> None:
    """Makes sure that the three files are there; MovieLens 1M is downloaded where the declaration says so.

    Raises:
        DeclarationError: the declaration is of other columns than the files have.
        DatasetError: files are missing and may not be downloaded, or the download failed.
    """
    check_declaration(schema)
    download_dataset(schema, FILES)


def check(schema: DataSchema) -> tuple[str, bool]:
    """What is found in the folder, and whether all three files are there; MovieLens 1M may have yet to be downloaded.

    Raises:
        DeclarationError: as `ensure`.
        DatasetError: a file is missing, or cannot be opened.
    """
    check_declaration(schema)
    folder = _folder(schema)
    if sentence := awaited(schema, FILES):
        return sentence, False
    for name in FILES:
        try:
            (folder / name).open("rb").close()
        except OSError as error:
            raise DatasetError(f"{folder / name} cannot be read: {error.strerror or error}") from error
    return f"{', '.join(FILES)} in {folder}", True


def files(schema: DataSchema) -> list[Path]:
    """The three files."""
    return [_folder(schema) / name for name in FILES]


def read(schema: DataSchema, content: str | None = None) -> Dataset:
    """The users, the movies and the ratings; `content` is their fingerprint, where it is known.

    Raises:
        DeclarationError: as `ensure`.
        DatasetError: a file is missing or unreadable, a line is bad (strict reading), or too many are (lenient).
    """
    import pandas as pd

    check_declaration(schema)
    folder, reading, scale = _folder(schema), Reading.of(schema), schema.interactions.scale or (1.0, 5.0)
    once = schema.interactions.duplicate_rule == "error"
    movie_rows = Rows(folder / "movies.dat", movie_parser(), reading)
    user_rows = Rows(folder / "users.dat", user_parser(schema.users.codes, strict=reading.strict), reading)
    movies, users = _movies_frame(movie_rows), _users_frame(user_rows)
    user_ids, movie_ids = pd.Index(users["user_id"]), pd.Index(movies["movie_id"])
    rating_rows = Rows(folder / "ratings.dat", rating_parser(user_ids, movie_ids, scale, once=once), reading)
    ratings = read_ratings_fast(rating_rows.path, user_ids, movie_ids, scale, once=once)
    if ratings is None:
        ratings = _ratings(rating_rows, user_ids, movie_ids)
    read_rows = (movie_rows, user_rows, rating_rows)
    counts = {f"{rows.path.name}: {reason}": n for rows in read_rows for reason, n in rows.bad.items()}
    return Dataset(
        users,
        movies,
        ratings,
        schema,
        content or fingerprint(schema),
        ITEM_TYPES,
        Counter(counts),
        tuple(rows.warning for rows in read_rows if rows.warning),
    )


def iter_items(
    schema: DataSchema, path: str | None, chunk_size: int, items: ItemSchema | None = None
) -> Iterator[list[dict[str, Any]]]:
    """Lists of `chunk_size` movies, read lazily: `{"movie_id": 6, "title": "Heat", "year": 1995, "genres": ["Crime"]}`.

    Their types are fixed, whatever `items`. The year is None where unknown. Of the movies given out, only the ids stay
    in memory.

    Raises:
        DatasetError: as `read`; for a bad line when it is reached, for too many of them at the end.
    """
    check_declaration(schema)
    return _chunks(Rows(movies_file(path or _folder(schema)), movie_parser(), Reading.of(schema)), chunk_size)


def count_items(schema: DataSchema, path: str | None) -> int:
    """The number of lines in the file of movies.

    Raises:
        DatasetError: the file cannot be read.
    """
    return count_lines(movies_file(path or _folder(schema)))


def fingerprint(schema: DataSchema) -> str:
    """SHA-256 over the bytes of the three files, in hexadecimal digits: same content, same fingerprint.

    Raises:
        DatasetError: a file cannot be read.
    """
    digest = hashlib.sha256()
    for path in files(schema):
        add_content(digest, path)
    return digest.hexdigest()


def _folder(schema: DataSchema) -> Path:
    return Path(str(schema.path))


def _chunks(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    walk = iter(rows)
    while chunk := list(islice(walk, size)):
        yield chunk


def _movies_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows)).astype({"movie_id": "int64", "year": "Int64"})


def _users_frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows)).astype({"user_id": "int64", "age": "int64", "occupation": "int64"})


def _ratings(rows: Iterable[RatingRow], users: pd.Index, movies: pd.Index) -> Interactions:
    import pandas as pd

    columns = [("user", "int64"), ("item", "int64"), ("value", "float32"), ("time", "int64")]
    table = np.fromiter(rows, dtype=columns)
    user, item = users.get_indexer(pd.Index(table["user"])), movies.get_indexer(pd.Index(table["item"]))
    return Interactions.of(user, item, table["value"], table["time"])
