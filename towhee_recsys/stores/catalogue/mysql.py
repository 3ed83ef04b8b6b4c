"""The catalogue in MySQL or MariaDB: one table of items, one of what is live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection

from towhee_recsys.stores.catalogue.facts import Item, batches, from_row, to_row
from towhee_recsys.stores.catalogue.mysql_server import MysqlServer, NoTableError
from towhee_recsys.stores.catalogue.urls import CatalogueUrl
from towhee_recsys.stores.catalogue.versioned import VersionedCatalogue, collection_of

# Names are bytes: they are told apart as they are, with no rules for case or for blanks at the end.
TABLES = (
    "CREATE TABLE IF NOT EXISTS towhee_recsys_items (version VARBINARY(1000) NOT NULL, movie_id BIGINT NOT NULL, "
    "title MEDIUMTEXT NOT NULL, year BIGINT, genres MEDIUMTEXT NOT NULL, PRIMARY KEY (version, movie_id)) "
    "ENGINE = InnoDB CHARACTER SET utf8mb4",
    "CREATE TABLE IF NOT EXISTS towhee_recsys_live (collection VARBINARY(1000) NOT NULL PRIMARY KEY, "
    "version VARBINARY(1000) NOT NULL, moment BIGINT NOT NULL UNIQUE AUTO_INCREMENT) ENGINE = InnoDB",
)
READ = "SELECT movie_id, title, year, genres FROM towhee_recsys_items WHERE version = %s AND movie_id IN %s"
COUNT = "SELECT count(*) FROM towhee_recsys_items WHERE version = %s"
VERSIONS = "SELECT DISTINCT version FROM towhee_recsys_items"
LIVE = "SELECT version FROM towhee_recsys_live WHERE collection = %s"
LAST = "SELECT version FROM towhee_recsys_live ORDER BY moment DESC LIMIT 1"
WRITE = "REPLACE INTO towhee_recsys_items (version, movie_id, title, year, genres) VALUES (%s, %s, %s, %s, %s)"
DELETE = "DELETE FROM towhee_recsys_items WHERE version = %s AND movie_id IN %s"
DROP = "DELETE FROM towhee_recsys_items WHERE version = %s LIMIT 10000"
PUBLISH = "REPLACE INTO towhee_recsys_live (collection, version) VALUES (%s, %s)"


class MysqlCatalogue(VersionedCatalogue):
    """The tables are made at the first write: who only reads needs no right to. A version is read by one SELECT."""

    def __init__(self, address: CatalogueUrl):
        self.url, self._server = address.shown, MysqlServer(address)
        self._server.rows("opened", "SELECT 1")

    def write(self, items: Iterable[Item], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids; each batch in one step."""
        for batch in batches(map(to_row, items)):
            batch.sort(key=itemgetter(0))  # two writers that go in one order do not block each other
            rows = [(version.encode(), *row) for row in batch]
            self._change(partial(_execute, WRITE, rows))

    def delete(self, ids: Sequence[int], version: str) -> None:
        """Removes items from a version; an id that is not there is no error."""
        if wanted := sorted(map(int, ids)):
            self._change(partial(_execute, DELETE, (version.encode(), wanted)))

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step."""
        names = (collection_of(version).encode(), version.encode())
        self._change(partial(_execute, PUBLISH, names), "switched")

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None when none was published yet."""
        return _first(self._select(LIVE, collection.encode()))

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        names = sorted(name.decode() for (name,) in self._select(VERSIONS))
        return [name for name in names if collection_of(name) == collection]

    def count(self, version: str) -> int:
        """How many items a version holds."""
        return sum(rows for (rows,) in self._select(COUNT, version.encode()))

    def _read(self, ids: Sequence[int], version: str) -> dict[int, Item | None]:
        rows = self._select(READ, version.encode(), ids)
        return {key: from_row(self.url, key, text, title, year) for key, title, year, text in rows}

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
        """Does `work` in one transaction; the tables are made where there are none."""
        try:
            self._server.change(doing, work)
        except NoTableError:
            for table in TABLES:
                self._server.change(doing, partial(_execute, table, ()))
            self._server.change(doing, work)


def _execute(statement: str, values: Any, connection: Connection) -> None:
    connection.exec_driver_sql(statement, values)


def _drop(version: bytes, connection: Connection) -> None:
    while connection.exec_driver_sql(DROP, (version,)).rowcount:  # a million at once could take longer than the timeout
        pass


def _first(rows: Sequence[Any]) -> str | None:
    return rows[0][0].decode() if rows else None
