"""An SQLite file: its connection, transactions and errors, and the one table of ours that a store keeps in it."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.support.forks import Calls, interruption, new_lock
from towhee_recsys.support.paths import file_identity

TIMEOUT = 30
"""Seconds to wait for another process that writes."""

BOUND = 900
"""Keys in one SELECT: older SQLites bind no more than 999 values."""

REASONS = {
    "file is not a database": "the file is not an SQLite database",
    "database disk image is malformed": "the file is damaged: cut short, or overwritten",
    "database is locked": f"another process has been writing to it for {TIMEOUT} s",
    "attempt to write a readonly database": "this user may not write to the file or its folder",
    "unable to open database file": "the file cannot be opened or created; this user needs the right to do so",
    "database or disk is full": "the disk is full",
    "disk I/O error": "the disk fails, or is full",
}
"""Plain words for SQLite's messages."""


class SqliteFile:
    """One connection to one file, for one table. A reader sees whole changes: each is one transaction, which is on the
    disk when it returns.

    The connection is closed before a fork, and opened again at the next call. In a child SQLite would take the locks
    of an inherited one, on the file and on the connection, for its own.

    Args:
        address: The file, and the setting of the config that names it.
        table: The name of the table.
        keys: The columns of its primary key, texts; one more column, with the name of the table, holds the text.
        cure: What messages advise besides another file.
    """

    def __init__(self, address: StoreUrl, table: str, keys: Sequence[str], cure: str = ""):
        assert address.file is not None
        self.url, self._setting, self._cure = address.shown, address.setting, cure
        self._table, self._columns = table, [*keys, table]
        self._path, self._lock, self._changes = address.file, new_lock(), 0
        self._connection: sqlite3.Connection | None = None
        with self._call("opened"):
            self._open()
        _files.add(self)

    def select(self, statement: str, *values: Any) -> list[Any]:
        """The rows that a statement gives."""
        with self._call("read"):
            return self._current().execute(statement, values).fetchall()

    def select_in(self, statement: str, version: str, keys: Sequence[str]) -> list[Any]:
        """The rows that a statement gives for a version and any number of keys, of one state of the file.

        `{marks}` in the statement stands for the keys.
        """
        rows: list[Any] = []
        with self._call("read"):
            connection = self._current()
            with _snapshot(connection) if len(keys) > BOUND else nullcontext():
                for start in range(0, len(keys), BOUND):
                    part = keys[start : start + BOUND]
                    marks = ", ".join("?" * len(part))
                    rows += connection.execute(statement.format(marks=marks), (version, *part)).fetchall()
        return rows

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are made in one step at the end of the block, or not at all."""
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

    def state(self) -> Hashable:
        """A value that changes with every write of any process; it takes a few microseconds."""
        with self._call("read"):
            return _state(self._current()), self._changes

    def _current(self) -> sqlite3.Connection:
        """The connection; a new one where the file was replaced: writes to the old one would be lost.

        A deleted file is not created again: an empty one in its place would hide the loss.
        """
        connection, identity = self._connection, file_identity(self._path)
        if connection is None or identity != self._identity:
            self.close()
            if identity is None:
                raise sqlite3.OperationalError("the file is gone since it was opened; put it back, or start again")
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
            _must_be_ours(connection, self._table, self._columns)
            if self._path.stat().st_size % connection.execute("PRAGMA page_size").fetchone()[0]:
                raise sqlite3.DatabaseError("database disk image is malformed")  # SQLite reads the missing part as 0
            connection.execute("PRAGMA journal_mode = WAL")  # other processes can read while a version is written
            connection.execute("PRAGMA synchronous = FULL")  # what is committed survives a power failure, too
            connection.executescript(_schema(self._table, self._columns))
        except BaseException:
            connection.close()
            raise
        self._connection, self._identity, self._changes = connection, file_identity(self._path), self._changes + 1
        return connection

    @contextmanager
    def _call(self, doing: str) -> Iterator[None]:
        with _calls, self._lock:
            if _calls.interrupted:
                raise StoreError(f"the {self._setting} {self.url!r} cannot be {doing}: {interruption()}.")
            try:
                yield
            except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
                reason = str(error.strerror if isinstance(error, OSError) else error)
                raise StoreError(
                    f"the {self._setting} {self.url!r} cannot be {doing}: {REASONS.get(reason, reason)}. "
                    f"Fix that, or name another file in `{self._setting}`{self._cure}."
                ) from error


_files: weakref.WeakSet[SqliteFile] = weakref.WeakSet()


def _close_all() -> None:
    for file in list(_files):
        file.close()


_calls = Calls(release=_close_all)


@contextmanager
def _snapshot(connection: sqlite3.Connection) -> Iterator[None]:
    """Everything that the block reads is of one state of the file."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _must_be_ours(connection: sqlite3.Connection, table: str, columns: Sequence[str]) -> None:
    found = [name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")]
    if found not in ([], columns):
        raise sqlite3.DatabaseError(
            f"it is a database of another program: its table {table} has the columns {', '.join(found)}"
        )


def _state(connection: sqlite3.Connection) -> int:
    """A number that changes when another connection writes to the file; it takes a few microseconds."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _schema(table: str, columns: Sequence[str]) -> str:
    texts = ", ".join(f"{column} TEXT NOT NULL" for column in columns)
    return f"CREATE TABLE IF NOT EXISTS {table} ({texts}, PRIMARY KEY ({', '.join(columns[:-1])})) WITHOUT ROWID;"
