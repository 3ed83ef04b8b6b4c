"""Texts by version, group and key in a table of an SQLite file."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import READ_AT_ONCE
from towhee_recsys.stores.keyed.sqlite_file import SqliteFile

READ = "SELECT group_id, id, CAST({table} AS BLOB) FROM {table} WHERE version = ? AND group_id IN ({{marks}})"
READ_FIRST = (
    "SELECT group_id, id, CAST({table} AS BLOB) FROM {table} "
    "WHERE version = ? AND (group_id, id) >= (?, ?) ORDER BY group_id, id LIMIT {rows}"
)
READ_NEXT = READ_FIRST.replace(">=", ">")


class SqliteGroups:
    """Each change is one transaction, which is on the disk when it returns."""

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._table = address.shown, table
        self._file = SqliteFile(address, table, ("version", "group_id", "id"))

    def write(self, rows: Iterable[tuple[str, str, str]], version: str) -> None:
        """Adds rows to a version, all in one step."""
        with self._file.transaction() as connection:
            values = ((version, *row) for row in rows)
            connection.executemany(f"INSERT OR REPLACE INTO {self._table} VALUES (?, ?, ?, ?)", values)

    def delete(self, group: str, keys: Sequence[str], version: str) -> None:
        """Removes rows from a group in one step."""
        with self._file.transaction() as connection:
            values = ((version, group, key) for key in keys)
            connection.executemany(f"DELETE FROM {self._table} WHERE version = ? AND group_id = ? AND id = ?", values)

    def clear(self, group: str, version: str) -> None:
        """Removes a group in one step."""
        with self._file.transaction() as connection:
            connection.execute(f"DELETE FROM {self._table} WHERE version = ? AND group_id = ?", (version, group))

    def read(self, groups: Sequence[str], version: str) -> dict[str, dict[str, bytes | str]]:
        """The texts of `groups` by their keys."""
        found: dict[str, dict[str, bytes | str]] = {group: {} for group in groups}
        for group, key, text in self._file.select_in(READ.format(table=self._table), version, [*found]):
            found[group][key] = text
        return found

    def rows(self, version: str) -> Iterator[tuple[str, str, bytes | str]]:
        """All rows of a version, sorted by group and key."""
        statement, after = READ_FIRST, ("", "")
        while rows := self._file.select(statement.format(table=self._table, rows=READ_AT_ONCE), version, *after):
            yield from rows
            statement, after = READ_NEXT, rows[-1][:2]

    def count(self, version: str) -> int:
        """The number of groups in a version."""
        statement = f"SELECT count(DISTINCT group_id) FROM {self._table} WHERE version = ?"
        return int(self._file.select(statement, version)[0][0])

    def exists(self, version: str) -> bool:
        """Whether a version has any row."""
        return bool(self._file.select(f"SELECT 1 FROM {self._table} WHERE version = ? LIMIT 1", version))

    def state(self) -> Hashable:
        """A value that changes with every write; it takes a few microseconds."""
        return self._file.state()
