"""Texts by version and key in a table of an SQLite file."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import READ_AT_ONCE
from towhee_recsys.stores.keyed.kind import StoreKind
from towhee_recsys.stores.keyed.sqlite_file import SqliteFile
from towhee_recsys.stores.keyed.sqlite_groups import SqliteGroups

# Texts are read as bytes: SQLite would refuse to read any row if one is not UTF-8.
READ = "SELECT id, CAST({table} AS BLOB) FROM {table} WHERE version = ? AND id IN ({{marks}})"
READ_FIRST = "SELECT id, CAST({table} AS BLOB) FROM {table} WHERE version = ? AND id >= ? ORDER BY id LIMIT {rows}"
READ_NEXT = READ_FIRST.replace("id >= ?", "id > ?")


class SqliteStore:
    """A reader sees a whole version: each change is one transaction."""

    def __init__(self, address: StoreUrl, table: str):
        cure = "; `towhee-recsys index` fills a new one"
        self.url, self._table = address.shown, table
        self._file = SqliteFile(address, table, ("version", "id"), cure)

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version, all in one step."""
        with self._file.transaction() as connection:
            values = ((version, *row) for row in rows)
            connection.executemany(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?)", values)

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version in one step."""
        with self._file.transaction() as connection:
            values = ((version, key) for key in keys)
            connection.executemany(f"DELETE FROM {self._table} WHERE version = ? AND id = ?", values)

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has."""
        return dict(self._file.select_in(READ.format(table=self._table), version, keys))

    def rows(self, version: str) -> Iterator[tuple[str, bytes | str]]:
        """All rows of a version, sorted by key."""
        statement, key = READ_FIRST, ""
        while rows := self._file.select(statement.format(table=self._table, rows=READ_AT_ONCE), version, key):
            yield from rows
            statement, key = READ_NEXT, rows[-1][0]

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        return int(self._file.select(f"SELECT count(*) FROM {self._table} WHERE version = ?", version)[0][0])

    def versions(self) -> list[str]:
        """All versions, sorted by name."""
        return sorted(name for (name,) in self._file.select(f"SELECT DISTINCT version FROM {self._table}"))

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one step."""
        with self._file.transaction() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE version = ?", (version,))

    def state(self) -> Hashable:
        """A value that changes with every write; it takes a few microseconds."""
        return self._file.state()


KIND = StoreKind(
    name="sqlite", schemes=("sqlite",), accepted="sqlite:///FILE", open=SqliteStore, open_groups=SqliteGroups
)
