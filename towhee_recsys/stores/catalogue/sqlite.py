"""The catalogue in an SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.facts import Item, from_row, to_row
from towhee_recsys.stores.catalogue.facts_cache import FactsCache
from towhee_recsys.stores.catalogue.urls import CatalogueUrl
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of

TIMEOUT = 30
"""Seconds to wait for another process that writes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    version TEXT NOT NULL, movie_id INTEGER NOT NULL, title TEXT NOT NULL, year INTEGER, genres TEXT NOT NULL,
    PRIMARY KEY (version, movie_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS live (moment INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT UNIQUE, version TEXT);
"""
COLUMNS = {"items": ["version", "movie_id", "title", "year", "genres"], "live": ["moment", "collection", "version"]}

READ = """
SELECT movie_id, title, year, genres FROM items
WHERE version = ? AND movie_id IN ({})
"""
FEW = 100
"""Ids that are bound one by one, which is quicker; SQLite binds no more than some thousands."""

REASONS = {
    "file is not a database": "the file is no SQLite database",
    "database disk image is malformed": "the file is damaged: cut short, or overwritten",
    "database is locked": f"another process has been writing to it for {TIMEOUT} s",
    "attempt to write a readonly database": "this user may not write to the file or its folder",
    "unable to open database file": "the file cannot be opened or made in its folder; this user must have the right to",
    "database or disk is full": "the disk is full",
}
"""SQLite's words, in plain ones."""


class SqliteCatalogue(VersionedCatalogue):
    """One file, one connection. A reader sees a whole version: each change is one transaction."""

    def __init__(self, address: CatalogueUrl):
        assert address.file is not None
        self.url, self._path, self._lock = address.shown, address.file, threading.Lock()
        with self._errors("opened"):
            self._open()

    def write(self, items: Iterable[Item], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids, in one step."""
        with self._transaction("written") as connection:
            rows = ((version, *to_row(item)) for item in items)
            connection.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)", rows)

    def delete(self, ids: Sequence[int], version: str) -> None:
        """Removes items from a version; an id that is not there is no error."""
        with self._transaction("written") as connection:
            keys = ((version, int(key)) for key in ids)
            connection.executemany("DELETE FROM items WHERE version = ? AND movie_id = ?", keys)

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        names = (collection_of(version), version)
        with self._transaction("switched") as connection:
            connection.execute("INSERT OR REPLACE INTO live (collection, version) VALUES (?, ?)", names)

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None when none was published yet."""
        rows = self._select("SELECT version FROM live WHERE collection = ?", collection)
        return rows[0][0] if rows else None

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        names = sorted(name for (name,) in self._select("SELECT DISTINCT version FROM items"))
        return [name for name in names if collection_of(name) == collection]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        return int(self._select("SELECT count(*) FROM items WHERE version = ?", version)[0][0])

    def _read(self, ids: Sequence[int], version: str) -> dict[int, Item | None]:
        """Reads what is not known yet; all of it, where the file is no longer as it was when the rest was read."""
        with self._lock, self._errors("read"):
            connection = self._current()
            known = self._cache.of(ids, version, state := _state(connection))
            if len(known) == len(ids):
                return known
            read = self._rows(connection, [key for key in ids if key not in known], version)
            if _state(connection) == state:
                self._cache.keep(read)
            elif known:
                return self._rows(connection, ids, version)
            return known | read

    def _rows(self, connection: sqlite3.Connection, ids: Sequence[int], version: str) -> dict[int, Item | None]:
        if len(ids) <= FEW:
            places, values = ", ".join("?" * len(ids)), (version, *ids)
        else:
            places, values = "SELECT value FROM json_each(?)", (version, json.dumps(ids))
        found = connection.execute(READ.format(places), values).fetchall()  # an open cursor would hold on to this state
        return {key: from_row(self.url, key, text, title, year) for key, title, year, text in found}

    def _last_published(self) -> str | None:
        rows = self._select("SELECT version FROM live ORDER BY moment DESC LIMIT 1")
        return rows[0][0] if rows else None

    def _drop(self, version: str) -> None:
        with self._transaction("written") as connection:
            connection.execute("DELETE FROM items WHERE version = ?", (version,))

    def _select(self, statement: str, *values: Any) -> list[Any]:
        with self._lock, self._errors("read"):
            return self._current().execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._errors(doing):
            connection = self._current()
            connection.execute("BEGIN IMMEDIATE")
            self._cache = FactsCache()  # a connection does not see its own writes in data_version
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # on a full disk SQLite has rolled back itself
                    connection.execute("ROLLBACK")
                raise

    def _current(self) -> sqlite3.Connection:
        """The connection; a new one where the file was deleted or replaced, for what goes into the old one is lost."""
        if _identity(self._path) != self._opened:
            self._connection.close()
            self._open()
        return self._connection

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            _must_be_ours(connection)
            if self._path.stat().st_size % connection.execute("PRAGMA page_size").fetchone()[0]:
                raise sqlite3.DatabaseError("database disk image is malformed")  # SQLite takes what lacks for zeros
            connection.execute("PRAGMA journal_mode = WAL")  # other processes read on while a version is written
            connection.executescript(SCHEMA)
        except BaseException:
            connection.close()
            raise
        self._connection, self._opened, self._cache = connection, _identity(self._path), FactsCache()

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            said = str(error.strerror if isinstance(error, OSError) else error)
            raise StoreError(
                f"the catalogue {self.url!r} cannot be {doing}: {REASONS.get(said, said)}. "
                "Mend that, or name another file in `catalogue`; `towhee-recsys index` fills a new one."
            ) from error


def _must_be_ours(connection: sqlite3.Connection) -> None:
    for table, columns in COLUMNS.items():
        found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        if found not in ([], columns):
            raise sqlite3.DatabaseError(
                f"it is a database of another program: its table {table} has the columns {', '.join(found)}"
            )


def _state(connection: sqlite3.Connection) -> int:
    """Another number whenever another connection has written to the file; it takes a few microseconds."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
