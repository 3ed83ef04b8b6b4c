"""The catalogue in an SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.address import CatalogueUrl
from towhee_recsys.stores.catalogue.facts import Facts
from towhee_recsys.stores.catalogue.facts_cache import FactsCache
from towhee_recsys.stores.catalogue.kind import CatalogueKind
from towhee_recsys.stores.catalogue.rows import batches, from_row
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of
from towhee_recsys.support.forks import new_lock

TIMEOUT = 30
"""Seconds to wait for another process that writes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
    version TEXT NOT NULL, id TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (version, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS published (moment INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT UNIQUE, version TEXT);
"""
COLUMNS = {"facts": ["version", "id", "facts"], "published": ["moment", "collection", "version"]}

READ = "SELECT id, CAST(facts AS BLOB) FROM facts WHERE version = ? AND id IN ({})"
"""As bytes: a text that is not UTF-8 is a broken row, where SQLite would refuse to read any."""

BOUND = 900
"""Ids in one SELECT: older SQLites bind no more than 999 values."""

REASONS = {
    "file is not a database": "the file is not an SQLite database",
    "database disk image is malformed": "the file is damaged: cut short, or overwritten",
    "database is locked": f"another process has been writing to it for {TIMEOUT} s",
    "attempt to write a readonly database": "this user may not write to the file or its folder",
    "unable to open database file": "the file cannot be opened or created; this user needs the right to do so",
    "database or disk is full": "the disk is full",
}
"""Plain words for SQLite's messages."""


class SqliteCatalogue(VersionedCatalogue):
    """One file, one connection. A reader sees a whole version: each change is one transaction."""

    def __init__(self, address: CatalogueUrl):
        assert address.file is not None
        self.url, self._path, self._lock = address.shown, address.file, new_lock()
        with self._errors("opened"):
            self._open()

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        names = (collection_of(version), version)
        with self._transaction("switched") as connection:
            connection.execute("INSERT OR REPLACE INTO published (collection, version) VALUES (?, ?)", names)

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None before the first is published."""
        rows = self._select("SELECT version FROM published WHERE collection = ?", collection)
        return rows[0][0] if rows else None

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        names = sorted(name for (name,) in self._select("SELECT DISTINCT version FROM facts"))
        return [name for name in names if collection_of(name) == collection]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        return int(self._select("SELECT count(*) FROM facts WHERE version = ?", version)[0][0])

    def _write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """All rows are written in one step."""
        with self._transaction("written") as connection:
            values = ((version, *row) for row in rows)
            connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", values)

    def _delete(self, keys: Sequence[str], version: str) -> None:
        with self._transaction("written") as connection:
            values = ((version, key) for key in keys)
            connection.executemany("DELETE FROM facts WHERE version = ? AND id = ?", values)

    def _read(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        """Reads what is not cached; everything, where the file has changed since the rest was cached."""
        with self._lock, self._errors("read"):
            connection = self._current()
            cached = self._cache.get(keys, version, state := _state(connection))
            if len(cached) == len(keys):
                return cached
            read = self._rows(connection, [key for key in keys if key not in cached], version)
            if _state(connection) == state:
                self._cache.add(read)
            elif cached:
                return self._rows(connection, keys, version)
            return cached | read

    def _rows(self, connection: sqlite3.Connection, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        rows: list[tuple[str, bytes]] = []
        with _snapshot(connection) if len(keys) > BOUND else nullcontext():
            for batch in batches(keys, BOUND):
                statement = READ.format(", ".join("?" * len(batch)))
                rows += connection.execute(statement, (version, *batch)).fetchall()
        return {key: from_row(self.url, key, text) for key, text in rows}

    def _last_published(self) -> str | None:
        rows = self._select("SELECT version FROM published ORDER BY moment DESC LIMIT 1")
        return rows[0][0] if rows else None

    def _drop(self, version: str) -> None:
        with self._transaction("written") as connection:
            connection.execute("DELETE FROM facts WHERE version = ?", (version,))

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
        """The connection; a new one where the file was deleted or replaced: writes to the old one would be lost."""
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
                raise sqlite3.DatabaseError(
                    "database disk image is malformed"
                )  # SQLite reads the missing part as zeros
            connection.execute("PRAGMA journal_mode = WAL")  # other processes can read while a version is written
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
            reason = str(error.strerror if isinstance(error, OSError) else error)
            raise StoreError(
                f"the catalogue {self.url!r} cannot be {doing}: {REASONS.get(reason, reason)}. "
                "Fix that, or name another file in `catalogue`; `towhee-recsys index` fills a new one."
            ) from error


KIND = CatalogueKind(name="sqlite", schemes=("sqlite",), accepted="sqlite:///FILE", open=SqliteCatalogue)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything that the block reads is of one state of the file."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _must_be_ours(connection: sqlite3.Connection) -> None:
    for table, columns in COLUMNS.items():
        found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
        if found not in ([], columns):
            raise sqlite3.DatabaseError(
                f"it is a database of another program: its table {table} has the columns {', '.join(found)}"
            )


def _state(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection writes to the file; it takes a few microseconds."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
