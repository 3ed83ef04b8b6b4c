"""Texts by version and key in a table of an SQLite file."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.kind import StoreKind
from towhee_recsys.support.forks import Calls, interruption, new_lock
from towhee_recsys.support.paths import file_identity

TIMEOUT = 30
"""Seconds to wait for another process that writes."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    version TEXT NOT NULL, id TEXT NOT NULL, {table} TEXT NOT NULL, PRIMARY KEY (version, id)
) WITHOUT ROWID;
"""

READ = "SELECT id, CAST({table} AS BLOB) FROM {table} WHERE version = ? AND id IN ({marks})"
"""As bytes: SQLite would refuse to read any row if one is not UTF-8."""

BOUND = 900
"""Keys in one SELECT: older SQLites bind no more than 999 values."""

REASONS = {
    "file is not a database": "the file is not an SQLite database",
    "database disk image is malformed": "the file is damaged: cut short, or overwritten",
    "database is locked": f"another process has been writing to it for {TIMEOUT} s",
    "attempt to write a readonly database": "this user may not write to the file or its folder",
    "unable to open database file": "the file cannot be opened or created; this user needs the right to do so",
    "database or disk is full": "the disk is full",
}
"""Plain words for SQLite's messages."""


class SqliteStore:
    """One connection to one file. A reader sees a whole version: each change is one transaction.

    The connection is closed before a fork, and opened again at the next call. In a child SQLite would take the locks
    of an inherited one, on the file and on the connection, for its own.
    """

    def __init__(self, address: StoreUrl, table: str):
        assert address.file is not None
        self.url, self._table, self._setting = address.shown, table, address.setting
        self._path, self._lock, self._changes = address.file, new_lock(), 0
        self._connection: sqlite3.Connection | None = None
        with self._call("opened"):
            self._open()
        _stores.add(self)

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version, all in one step."""
        with self._transaction() as connection:
            values = ((version, *row) for row in rows)
            connection.executemany(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?)", values)

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version in one step."""
        with self._transaction() as connection:
            values = ((version, key) for key in keys)
            connection.executemany(f"DELETE FROM {self._table} WHERE version = ? AND id = ?", values)

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has."""
        rows: list[tuple[str, bytes]] = []
        with self._call("read"):
            connection = self._current()
            with _snapshot(connection) if len(keys) > BOUND else nullcontext():
                for start in range(0, len(keys), BOUND):
                    part = keys[start : start + BOUND]
                    statement = READ.format(table=self._table, marks=", ".join("?" * len(part)))
                    rows += connection.execute(statement, (version, *part)).fetchall()
        return dict(rows)

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        return int(self._select(f"SELECT count(*) FROM {self._table} WHERE version = ?", version)[0][0])

    def versions(self) -> list[str]:
        """All versions, sorted by name."""
        return sorted(name for (name,) in self._select(f"SELECT DISTINCT version FROM {self._table}"))

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one step."""
        with self._transaction() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE version = ?", (version,))

    def state(self) -> Hashable:
        """A value that changes with every write; it takes a few microseconds."""
        with self._call("read"):
            return _state(self._current()), self._changes

    def _select(self, statement: str, *values: Any) -> list[Any]:
        with self._call("read"):
            return self._current().execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._call("written"):
            connection = self._current()
            connection.execute("BEGIN IMMEDIATE")
            self._changes += 1  # a connection does not see its own writes in data_version
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # on a full disk SQLite has rolled back itself
                    connection.execute("ROLLBACK")
                raise

    def _current(self) -> sqlite3.Connection:
        """The connection; a new one where the file was deleted or replaced: writes to the old one would be lost."""
        connection = self._connection
        if connection is None or file_identity(self._path) != self._opened:
            self.close()
            connection = self._open()
        return connection

    def close(self) -> None:
        """Closes the connection; the next call opens another one."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            _must_be_ours(connection, self._table)
            if self._path.stat().st_size % connection.execute("PRAGMA page_size").fetchone()[0]:
                raise sqlite3.DatabaseError("database disk image is malformed")  # SQLite reads the missing part as 0
            connection.execute("PRAGMA journal_mode = WAL")  # other processes can read while a version is written
            connection.executescript(SCHEMA.format(table=self._table))
        except BaseException:
            connection.close()
            raise
        self._connection, self._opened, self._changes = connection, file_identity(self._path), self._changes + 1
        return connection

    @contextmanager
    def _call(self, doing: str) -> Iterator[None]:
        with _calls.call(), self._lock, self._errors(doing):
            if _calls.interrupted:
                raise StoreError(f"the {self._setting} {self.url!r} cannot be {doing}: {interruption()}.")
            yield

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
            reason = str(error.strerror if isinstance(error, OSError) else error)
            raise StoreError(
                f"the {self._setting} {self.url!r} cannot be {doing}: {REASONS.get(reason, reason)}. "
                f"Fix that, or name another file in `{self._setting}`; `towhee-recsys index` fills a new one."
            ) from error


KIND = StoreKind(name="sqlite", schemes=("sqlite",), accepted="sqlite:///FILE", open=SqliteStore)


_stores: weakref.WeakSet[SqliteStore] = weakref.WeakSet()


def _close_all() -> None:
    for store in list(_stores):
        store.close()


_calls = Calls(release=_close_all)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything that the block reads is of one state of the file."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _must_be_ours(connection: sqlite3.Connection, table: str) -> None:
    found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    if found not in ([], ["version", "id", table]):
        raise sqlite3.DatabaseError(
            f"it is a database of another program: its table {table} has the columns {', '.join(found)}"
        )


def _state(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection writes to the file; it takes a few microseconds."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
