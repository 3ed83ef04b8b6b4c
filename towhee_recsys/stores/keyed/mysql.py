"""Texts by version and key in a table of MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.batches import READ_AT_ONCE, batches
from towhee_recsys.stores.keyed.keys import MAX_KEY_BYTES, readable
from towhee_recsys.stores.keyed.kind import Server, StoreKind
from towhee_recsys.stores.keyed.mysql_groups import MysqlGroups
from towhee_recsys.stores.keyed.mysql_table import MysqlTable, encoded

# Names and ids are bytes: they are compared as they are, without rules for case or trailing blanks.
TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (version VARBINARY(1000) NOT NULL, "
    f"id VARBINARY({MAX_KEY_BYTES}) NOT NULL, {{column}} LONGTEXT NOT NULL, PRIMARY KEY (version, id)) "
    "ENGINE = InnoDB CHARACTER SET utf8mb4"
)
READ = "SELECT id, {column} FROM {table} WHERE version = %s AND id IN %s"
READ_FIRST = f"SELECT id, {{column}} FROM {{table}} WHERE version = %s AND id >= %s ORDER BY id LIMIT {READ_AT_ONCE}"
READ_NEXT = READ_FIRST.replace("id >= %s", "id > %s")
COUNT = "SELECT count(*) FROM {table} WHERE version = %s"
VERSIONS = "SELECT DISTINCT version FROM {table}"
WRITE = "REPLACE INTO {table} (version, id, {column}) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM {table} WHERE version = %s AND id IN %s"
DROP = "DELETE FROM {table} WHERE version = %s LIMIT 10000"


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
            self._table.change(DELETE, (version.encode(), sorted(encoded(keys))))

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has, by one SELECT."""
        rows = self._table.select(READ, version.encode(), encoded(keys)) if keys else []
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
