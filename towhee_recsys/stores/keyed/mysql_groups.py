"""Texts by version, group and key in a table of MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import READ_AT_ONCE
from towhee_recsys.stores.keyed.keys import MAX_KEY_BYTES
from towhee_recsys.stores.keyed.mysql_table import MysqlTable, encoded

TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (version VARBINARY(1000) NOT NULL, "
    f"group_id VARBINARY({MAX_KEY_BYTES}) NOT NULL, id VARBINARY({MAX_KEY_BYTES}) NOT NULL, "
    "{column} LONGTEXT NOT NULL, PRIMARY KEY (version, group_id, id)) ENGINE = InnoDB CHARACTER SET utf8mb4"
)
READ = "SELECT group_id, id, {column} FROM {table} WHERE version = %s AND group_id IN %s"
READ_FIRST = (
    "SELECT group_id, id, {column} FROM {table} WHERE version = %s AND (group_id > %s OR group_id = %s AND id >= %s) "
    f"ORDER BY group_id, id LIMIT {READ_AT_ONCE}"
)
READ_NEXT = READ_FIRST.replace("id >= %s", "id > %s")
COUNT = "SELECT count(DISTINCT group_id) FROM {table} WHERE version = %s"
WRITE = "REPLACE INTO {table} (version, group_id, id, {column}) VALUES (%s, %s, %s, %s)"
DELETE = "DELETE FROM {table} WHERE version = %s AND group_id = %s AND id IN %s"
CLEAR = "DELETE FROM {table} WHERE version = %s AND group_id = %s"


class MysqlGroups:
    """Each change is one transaction. One SELECT reads any number of groups."""

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._table = address.shown, MysqlTable(address, table, TABLE)

    def write(self, rows: Iterable[tuple[str, str, str]], version: str) -> None:
        """Adds rows to a version in one transaction."""
        distinct = {(group.encode(), key.encode()): text for group, key, text in rows}
        if distinct:  # in one order, so that two writers do not block each other
            self._table.change(WRITE, [(version.encode(), *keys, distinct[keys]) for keys in sorted(distinct)])

    def delete(self, group: str, keys: Sequence[str], version: str) -> None:
        """Removes rows from a group in one step."""
        if keys:
            self._table.change(DELETE, (version.encode(), group.encode(), sorted(encoded(keys))))

    def clear(self, group: str, version: str) -> None:
        """Removes a group in one step."""
        self._table.change(CLEAR, (version.encode(), group.encode()))

    def read(self, groups: Sequence[str], version: str) -> dict[str, dict[str, bytes | str]]:
        """The texts of `groups` by their keys, by one SELECT."""
        found: dict[str, dict[str, bytes | str]] = {group: {} for group in groups}
        rows = self._table.select(READ, version.encode(), encoded(found)) if found else []
        for group, key, text in rows:
            found[group.decode()][key.decode()] = text
        return found

    def rows(self, version: str) -> Iterator[tuple[str, str, bytes | str]]:
        """All rows of a version, sorted by group and key."""
        statement, group, key = READ_FIRST, b"", b""
        while rows := self._table.select(statement, version.encode(), group, group, key):
            yield from ((group.decode(), key.decode(), text) for group, key, text in rows)
            statement, (group, key, _) = READ_NEXT, rows[-1]

    def count(self, version: str) -> int:
        """The number of groups in a version."""
        return sum(groups for (groups,) in self._table.select(COUNT, version.encode()))

    def exists(self, version: str) -> bool:
        """Whether a version has any row."""
        return self.count(version) > 0

    def state(self) -> None:
        """Not known without a round trip."""
        return None
