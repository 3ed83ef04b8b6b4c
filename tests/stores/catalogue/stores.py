"""The stores that catalogues are tested in, as one sees them from behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.servers.mariadb import MariadbServer
    from tests.servers.redis import RedisServer


class Store(Protocol):
    """An empty store, the `url` of its catalogue, and a way to spoil what is in it."""

    url: str

    def spoil(self, version: str, key: int, text: str) -> None:
        """Puts `text` in the place of the JSON that an item has there."""


class SqliteStore:
    def __init__(self, file: Path):
        self.url, self._file = f"sqlite:///{file}", file

    def spoil(self, version: str, key: int, text: str) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as other:
            other.execute("UPDATE items SET genres = ? WHERE version = ? AND movie_id = ?", (text, version, key))


class RedisStore:
    def __init__(self, server: RedisServer):
        self.url, self._server = server.url(), server
        server.admin().flushall()

    def spoil(self, version: str, key: int, text: str) -> None:
        self._server.admin().hset(f"towhee_recsys:items:{version}", str(key), text)


class MariadbStore:
    def __init__(self, server: MariadbServer):
        self.url, self._server = server.url(), server
        server.run("DROP TABLE IF EXISTS towhee_recsys_items, towhee_recsys_live")

    def spoil(self, version: str, key: int, text: str) -> None:
        change = "UPDATE towhee_recsys_items SET genres = %s WHERE version = %s AND movie_id = %s"
        self._server.run(change, text, version.encode(), key)
