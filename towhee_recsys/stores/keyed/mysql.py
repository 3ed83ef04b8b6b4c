"""The catalogue in MySQL or MariaDB: one table of facts, one of live versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.catalogue.address import CatalogueUrl
from towhee_recsys.stores.catalogue.facts import Facts
from towhee_recsys.stores.catalogue.failures import NoTableError
from towhee_recsys.stores.catalogue.kind import CatalogueKind, Server
from towhee_recsys.stores.catalogue.rows import MAX_KEY_BYTES, batches, from_row
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

# Names and ids are bytes: they are compared as they are, without rules for case or trailing blanks.
TABLES = (
    f"CREATE TABLE IF NOT EXISTS towhee_recsys_facts (version VARBINARY(1000) NOT NULL, id VARBINARY({MAX_KEY_BYTES}) "
    "NOT NULL, facts MEDIUMTEXT NOT NULL, PRIMARY KEY (version, id)) ENGINE = InnoDB CHARACTER SET utf8mb4",
    "CREATE TABLE IF NOT EXISTS towhee_recsys_published (collection VARBINARY(1000) NOT NULL PRIMARY KEY, "
    "version VARBINARY(1000) NOT NULL, moment BIGINT NOT NULL UNIQUE AUTO_INCREMENT) ENGINE = InnoDB",
)
READ = "SELECT id, facts FROM towhee_recsys_facts WHERE version = %s AND id IN %s"
COUNT = "SELECT count(*) FROM towhee_recsys_facts WHERE version = %s"
VERSIONS = "SELECT DISTINCT version FROM towhee_recsys_facts"
LIVE = "SELECT version FROM towhee_recsys_published WHERE collection = %s"
LAST = "SELECT version FROM towhee_recsys_published ORDER BY moment DESC LIMIT 1"
WRITE = "REPLACE INTO towhee_recsys_facts (version, id, facts) VALUES (%s, %s, %s)"
DELETE = "DELETE FROM towhee_recsys_facts WHERE version = %s AND id IN %s"
DROP = "DELETE FROM towhee_recsys_facts WHERE version = %s LIMIT 10000"
PUBLISH = "REPLACE INTO towhee_recsys_published (collection, version) VALUES (%s, %s)"


class MysqlCatalogue(VersionedCatalogue):
    """The tables are made at the first write, so that reading needs no right to. One SELECT reads a version."""

    def __init__(self, address: CatalogueUrl):
        from towhee_recsys.stores.catalogue.mysql_server import MysqlServer

        self.url, self._server = address.shown, MysqlServer(address)
        self._server.rows("opened", "SELECT 1")

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        names = (collection_of(version).encode(), version.encode())
        self._change(partial(_execute, PUBLISH, names), "switched")

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None before the first is published."""
        return _first(self._select(LIVE, collection.encode()))

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        names = sorted(name.decode() for (name,) in self._select(VERSIONS))
        return [name for name in names if collection_of(name) == collection]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        return sum(rows for (rows,) in self._select(COUNT, version.encode()))

    def _write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Each batch is written in one step."""
        name = version.encode()
        for batch in batches(rows):
            batch.sort(key=itemgetter(0))  # two writers that go in one order do not block each other
            self._change(partial(_execute, WRITE, [(name, key.encode(), text) for key, text in batch]))

    def _delete(self, keys: Sequence[str], version: str) -> None:
        self._change(partial(_execute, DELETE, (version.encode(), sorted(_encoded(keys)))))

    def _read(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        rows = [(key.decode(), text) for key, text in self._select(READ, version.encode(), _encoded(keys))]
        return {key: from_row(self.url, key, text) for key, text in rows}

    def _last_published(self) -> str | None:
        return _first(self._select(LAST))

    def _drop(self, version: str) -> None:
        self._change(partial(_drop, version.encode()))

    def _select(self, statement: str, *values: Any) -> Sequence[Any]:
        """The rows that a statement gives, none where there are no tables yet."""
        try:
            return self._server.rows("read", statement, *values)
        except NoTableError:
            return []

    def _change(self, work: Callable[[Connection], object], doing: str = "written") -> None:
        """Does `work` in one transaction; the tables are created where they are missing."""
        try:
            self._server.change(doing, work)
        except NoTableError:
            for table in TABLES:
                self._server.change(doing, partial(_execute, table, ()))
            self._server.change(doing, work)


KIND = CatalogueKind(
    name="mysql",
    schemes=("mysql", "mysql+pymysql", "mariadb"),
    accepted="mysql://[USER:PASSWORD@]HOST[:PORT]/DATABASE",
    open=MysqlCatalogue,
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


def _drop(version: bytes, connection: Connection) -> None:
    while connection.exec_driver_sql(DROP, (version,)).rowcount:  # a million at once could take longer than the timeout
        pass


def _first(rows: Sequence[Any]) -> str | None:
    return rows[0][0].decode() if rows else None
