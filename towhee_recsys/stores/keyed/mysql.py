"""Texts by version and key in a table of MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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

# Names and ids are bytes: they are compared as they are, without rules for case or trailing blanks.
TABLE = (
    "CREATE TABLE IF NOT EXISTS {table} (version VARBINARY(1000) NOT NULL, "
    f"id VARBINARY({MAX_KEY_BYTES}) NOT NULL, {{column}} LONGTEXT NOT NULL, PRIMARY KEY (version, id)) "
    "ENGINE = InnoDB CHARACTER SET utf8mb4"
)
READ = "SELECT id, {column} FROM {table} WHERE version = %s AND id IN %s"
COUNT = "SELECT count(*) FROM {table} WHERE version = %s"
VERSIONS = "SELECT DISTINCT version FROM {table}"
WRITE = "REPLACE INTO {table} (version, id, {column}) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM {table} WHERE version = %s AND id IN %s"
DROP = "DELETE FROM {table} WHERE version = %s LIMIT 10000"


class MysqlStore:
    """The table is created at the first write, so that reading needs no right to. One SELECT reads a version."""

    def __init__(self, address: StoreUrl, table: str):
        from towhee_recsys.stores.keyed.mysql_server import MysqlServer

        self.url, self._table, self._server = address.shown, table, MysqlServer(address)
        self._server.rows("opened", "SELECT 1")

    def write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows to a version; each batch is one transaction."""
        name, statement = version.encode(), self._on_table(WRITE)
        for batch in batches(rows):
            batch.sort(key=itemgetter(0))  # two writers that go in one order do not block each other
            self._change(partial(_execute, statement, [(name, key.encode(), text) for key, text in batch]))

    def delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version in one step."""
        if keys:
            self._change(partial(_execute, self._on_table(DELETE), (version.encode(), sorted(_encoded(keys)))))

    def read(self, keys: Sequence[str], version: str) -> dict[str, bytes | str]:
        """The texts of those of `keys` that a version has, by one SELECT."""
        rows = self._select(READ, version.encode(), _encoded(keys)) if keys else []
        return {key.decode(): text for key, text in rows}

    def count(self, version: str) -> int:
        """The number of rows in a version."""
        return sum(rows for (rows,) in self._select(COUNT, version.encode()))

    def versions(self) -> list[str]:
        """All versions, sorted by name."""
        return readable(name for (name,) in self._select(VERSIONS))

    def drop(self, version: str) -> None:
        """Removes all rows of a version in one transaction."""
        self._change(partial(_drop, self._on_table(DROP), version.encode()))

    def state(self) -> None:
        """Not known without a round trip."""
        return None

    def _on_table(self, statement: str) -> str:
        return statement.format(table=f"towhee_recsys_{self._table}", column=self._table)

    def _select(self, statement: str, *values: Any) -> Sequence[Any]:
        """The rows that a statement gives, none where there is no table yet."""
        try:
            return self._server.rows("read", self._on_table(statement), *values)
        except NoTableError:
            return []

    def _change(self, work: Callable[[Connection], object]) -> None:
        """Does `work` in one transaction; the table is created where it is missing."""
        try:
            self._server.change("written", work)
        except NoTableError:
            self._server.change("written", partial(_execute, self._on_table(TABLE), ()))
            self._server.change("written", work)


KIND = StoreKind(
    name="mysql",
    schemes=("mysql", "mysql+pymysql", "mariadb"),
    accepted="mysql://[USER:PASSWORD@]HOST[:PORT]/DATABASE",
    open=MysqlStore,
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


def _drop(statement: str, version: bytes, connection: Connection) -> None:
    while connection.exec_driver_sql(statement, (version,)).rowcount:  # a million at once could exceed the timeout
        pass
