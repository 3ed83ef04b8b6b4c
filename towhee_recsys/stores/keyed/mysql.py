"""Texts by version and key, and by version, group and key, in a table of MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import batches
from towhee_recsys.stores.keyed.failures import NoTableError
from towhee_recsys.stores.keyed.keys import MAX_KEY_BYTES, readable
from towhee_recsys.stores.keyed.kind import Server, StoreKind

if TYPE_CHECKING:
    from sqlalchemy import Connection

PART = 10_000
"""Rows that are read at once of all."""

# Names and ids are bytes: they are compared as they are, without rules for case or trailing blanks.
TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (version VARBINARY(1000) NOT NULL, "
    f"id VARBINARY({MAX_KEY_BYTES}) NOT NULL, {{column}} LONGTEXT NOT NULL, PRIMARY KEY (version, id)) "
    "ENGINE = InnoDB CHARACTER SET utf8mb4"
)
READ = "SELECT id, {column} FROM {table} WHERE version = %s AND id IN %s"
READ_FIRST = f"SELECT id, {{column}} FROM {{table}} WHERE version = %s AND id >= %s ORDER BY id LIMIT {PART}"
READ_NEXT = READ_FIRST.replace("id >= %s", "id > %s")
COUNT = "SELECT count(*) FROM {table} WHERE version = %s"
VERSIONS = "SELECT DISTINCT version FROM {table}"
WRITE = "REPLACE INTO {table} (version, id, {column}) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM {table} WHERE version = %s AND id IN %s"
DROP = "DELETE FROM {table} WHERE version = %s LIMIT 10000"

GROUP_TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (version VARBINARY(1000) NOT NULL, "
    f"group_id VARBINARY({MAX_KEY_BYTES}) NOT NULL, id VARBINARY({MAX_KEY_BYTES}) NOT NULL, "
    "{column} LONGTEXT NOT NULL, PRIMARY KEY (version, group_id, id)) ENGINE = InnoDB CHARACTER SET utf8mb4"
)
READ_GROUPS = "SELECT group_id, id, {column} FROM {table} WHERE version = %s AND group_id IN %s"
READ_ALL = (
    "SELECT group_id, id, {column} FROM {table} WHERE version = %s AND (group_id > %s OR group_id = %s AND id > %s) "
    f"ORDER BY group_id, id LIMIT {PART}"
)
COUNT_GROUPS = "SELECT count(DISTINCT group_id) FROM {table} WHERE version = %s"
WRITE_GROUPS = "REPLACE INTO {table} (version, group_id, id, {column}) VALUES (%s, %s, %s, %s)"
DELETE_KEYS = "DELETE FROM {table} WHERE version = %s AND group_id = %s AND id IN %s"
CLEAR = "DELETE FROM {table} WHERE version = %s AND group_id = %s"


class MysqlTable:
    """A table of ours at a server. It is created at the first write, so that reading needs no right to."""

    def __init__(self, address: StoreUrl, table: str, created_by: str):
        from towhee_recsys.stores.keyed.mysql_server import MysqlServer

        self._table, self._created_by, self._server = table, created_by, MysqlServer(address)
        self._server.rows("opened", "SELECT 1")

    def select(self, statement: str, *values: Any) -> Sequence[Any]:
        """The rows that a statement gives, none where there is no table yet."""
        try:
            return self._server.rows("read", self._filled_in(statement), *values)
        except NoTableError:
            return []

    def change(self, statement: str, values: Any) -> None:
        """Runs a statement, with values or a list of them, in one transaction."""
        self._transaction(partial(_execute, self._filled_in(statement), values))

    def change_in_parts(self, statement: str, *values: Any) -> None:
        """Repeats a statement in one transaction until it changes nothing: a million rows could exceed the timeout."""
        self._transaction(partial(_repeat, self._filled_in(statement), values))

    def _filled_in(self, statement: str) -> str:
        return statement.format(table=f"towhee_recsys_{self._table}", column=self._table)

    def _transaction(self, work: Callable[[Connection], object]) -> None:
        try:
            self._server.change("written", work)
        except NoTableError:
            self._server.change("written", partial(_execute, self._filled_in(self._created_by), ()))
            self._server.change("written", work)


class MysqlStore:
    """One SELECT reads a version."""

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._table = address.shown, MysqlTable(address, table, TABLE)

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version; each batch is one transaction."""
        name = version.encode()
        for batch in batches(rows):
            batch.sort(key=itemgetter(0))  # two writers that go in one order do not block each other
            self._table.change(WRITE, [(name, key.encode(), text) for key, text in batch])

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version in one step."""
        if keys:
            self._table.change(DELETE, (version.encode(), sorted(_encoded(keys))))

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has, by one SELECT."""
        rows = self._table.select(READ, version.encode(), _encoded(keys)) if keys else []
        return {key.decode(): text for key, text in rows}

    def rows(self, version: str) -> Iterator[tuple[str, bytes | str]]:
        """All rows of a version, sorted by key."""
        statement, key = READ_FIRST, b""
        while rows := self._table.select(statement, version.encode(), key):
            yield from ((key.decode(), text) for key, text in rows)
            statement, key = READ_NEXT, rows[-1][0]

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        return sum(rows for (rows,) in self._table.select(COUNT, version.encode()))

    def versions(self) -> list[str]:
        """All versions, sorted by name."""
        return readable(name for (name,) in self._table.select(VERSIONS))

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one transaction."""
        self._table.change_in_parts(DROP, version.encode())

    def state(self) -> None:
        """Not known without a round trip."""
        return None


class MysqlGroups:
    """The same with groups: each change is one transaction. One SELECT reads any number of groups."""

    def __init__(self, address: StoreUrl, table: str):
        self.url, self._table = address.shown, MysqlTable(address, table, GROUP_TABLE)

    def write(self, rows: Iterable[tuple[str, str, str]], version: str) -> None:
        """Adds rows to a version in one transaction."""
        distinct = {(group.encode(), key.encode()): text for group, key, text in rows}
        if distinct:  # in one order, so that two writers do not block each other
            self._table.change(WRITE_GROUPS, [(version.encode(), *keys, distinct[keys]) for keys in sorted(distinct)])

    def delete(self, group: str, keys: Sequence[str], version: str) -> None:
        """Removes rows from a group in one step."""
        if keys:
            self._table.change(DELETE_KEYS, (version.encode(), group.encode(), sorted(_encoded(keys))))

    def clear(self, group: str, version: str) -> None:
        """Removes a group in one step."""
        self._table.change(CLEAR, (version.encode(), group.encode()))

    def read(self, groups: Sequence[str], version: str) -> dict[str, dict[str, bytes | str]]:
        """The texts of `groups` by their keys, by one SELECT."""
        found: dict[str, dict[str, bytes | str]] = {group: {} for group in groups}
        rows = self._table.select(READ_GROUPS, version.encode(), _encoded(found)) if found else []
        for group, key, text in rows:
            found[group.decode()][key.decode()] = text
        return found

    def rows(self, version: str) -> Iterator[tuple[str, str, bytes | str]]:
        """All rows of a version, sorted by group and key."""
        group, key = b"", b""
        while rows := self._table.select(READ_ALL, version.encode(), group, group, key):
            yield from ((group.decode(), key.decode(), text) for group, key, text in rows)
            group, key, _ = rows[-1]

    def count(self, version: str) -> int:
        """The number of groups in a version."""
        return sum(groups for (groups,) in self._table.select(COUNT_GROUPS, version.encode()))

    def state(self) -> None:
        """Not known without a round trip."""
        return None


KIND = StoreKind(
    name="mysql",
    schemes=("mysql", "mysql+pymysql", "mariadb"),
    accepted="mysql://[USER:PASSWORD@]HOST[:PORT]/DATABASE",
    open=MysqlStore,
    open_groups=MysqlGroups,
    packages=("sqlalchemy", "pymysql"),
    server=Server(
        port=3306,
        database=r"[^/@]+",
        database_is="the name of a database",
        tls_files=("ssl_ca", "ssl_cert", "ssl_key"),
    ),
)


def _encoded(keys: Iterable[str]) -> list[bytes]:
    return [key.encode() for key in keys]


def _execute(statement: str, values: Any, connection: Connection) -> None:
    connection.exec_driver_sql(statement, values)


def _repeat(statement: str, values: Any, connection: Connection) -> None:
    while connection.exec_driver_sql(statement, values).rowcount:
        pass
