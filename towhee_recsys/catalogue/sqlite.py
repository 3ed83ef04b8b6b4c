"""The catalogue in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from towhee_recsys.catalogue.catalogue import Movie
from towhee_recsys.errors import StoreError

SCHEMA = """
CREATE TABLE IF NOT EXISTS movies (
    version TEXT NOT NULL, movie_id INTEGER NOT NULL, title TEXT NOT NULL, year INTEGER, genres TEXT NOT NULL,
    PRIMARY KEY (version, movie_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live (moment INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT UNIQUE, version TEXT);
"""

GET = """
SELECT movie_id, title, year, genres FROM movies
WHERE version IN (:version, :live) AND movie_id IN (SELECT value FROM json_each(:ids)) ORDER BY version = :version
"""

LIVE = "SELECT version FROM live WHERE collection = coalesce(?, collection) ORDER BY moment DESC LIMIT 1"


class SqliteCatalogue:
    """One file, one connection. A reader sees a whole version: the switch is one transaction.

    Messages show `url`, as it was written: what it is expanded to may be a secret.
    """

    def __init__(self, path: Path, url: str):
        self._url, self._lock = url, threading.Lock()
        with self._errors("opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")  # other processes read on while a version is written
            self._connection.executescript(SCHEMA)

    def write(self, movies: Sequence[Movie], version: str) -> None:
        """Adds movies to a version, in place of older ones with their ids."""
        rows = [
            (version, movie["movie_id"], movie["title"], movie.get("year"), json.dumps(list(movie["genres"])))
            for movie in movies
        ]
        with self._transaction("written") as connection:
            connection.executemany("INSERT OR REPLACE INTO movies VALUES (?, ?, ?, ?, ?)", rows)

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step, and drops the collection's others."""
        collection = _collection(version)
        with self._transaction("switched") as connection:
            connection.execute("INSERT OR REPLACE INTO live (collection, version) VALUES (?, ?)", (collection, version))
            for (other,) in connection.execute("SELECT DISTINCT version FROM movies").fetchall():
                if other != version and _collection(other) == collection:
                    connection.execute("DELETE FROM movies WHERE version = ?", (other,))

    def get(self, ids: Sequence[int], version: str | None = None) -> list[Movie | None]:
        """The facts of each of `ids`, in their order, None where there are none."""
        wanted = [int(key) for key in ids]
        with self._lock, self._errors("read"):
            given = {"version": version, "live": self._live(version), "ids": json.dumps(wanted)}
            found = {row[0]: _movie(*row) for row in self._connection.execute(GET, given)}
        return [found.get(key) for key in wanted]

    def must_have_movies(self) -> None:
        """Raises StoreError when nothing was published yet."""
        with self._lock, self._errors("read"):
            if self._live(None) is None:
                raise StoreError(
                    f"the catalogue {self._url!r} holds no movies yet. Fill it with `towhee-recsys index -c CONFIG`, "
                    "or name the one that was filled."
                )

    def _live(self, version: str | None) -> str | None:
        row = self._connection.execute(LIVE, (None if version is None else _collection(version),)).fetchone()
        return row[0] if row else None

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors(doing):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            cause = error.strerror if isinstance(error, OSError) else error
            raise StoreError(
                f"the catalogue {self._url!r} cannot be {doing}: {cause}. "
                "Name another file in `catalogue`, or delete it and run `towhee-recsys index` again."
            ) from error


def _collection(version: str) -> str:
    return version.rpartition("__")[0]


def _movie(movie_id: int, title: str, year: int | None, genres: str) -> Movie:
    return {"movie_id": movie_id, "title": title, "year": year, "genres": json.loads(genres)}
