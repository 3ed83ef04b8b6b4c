"""Real stores of each kind, with access behind the classes that are tested."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from tests.servers.mariadb import MariadbServer
    from tests.servers.redis import RedisServer


class Store(Protocol):
    """An empty store, its `url`, and a way to damage its rows."""

    url: str

    def spoil(self, version: str, key: str, text: str, table: str = "facts") -> None:
        """Replaces the text of the row with that key."""


class SqliteStore:
    def __init__(self, file: Path):
        self.url, self._file = f"sqlite:///{file}", file

    def spoil(self, version: str, key: str, text: str, table: str = "facts") -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as other:
            other.execute(f"UPDATE {table} SET {table} = ? WHERE version = ? AND id = ?", (text, version, key))


class RedisStore:
    def __init__(self, server: RedisServer):
        self.url, self._server = server.url(), server
        server.admin().flushall()

    def spoil(self, version: str, key: str, text: str, table: str = "facts") -> None:
        self._server.admin().hset(f"towhee_recsys:{table}:{version}", key, text)


class MariadbStore:
    def __init__(self, server: MariadbServer):
        self.url, self._server = server.url(), server
        server.run("DROP TABLE IF EXISTS towhee_recsys_facts, towhee_recsys_history, towhee_recsys_feedback")

    def spoil(self, version: str, key: str, text: str, table: str = "facts") -> None:
        change = f"UPDATE towhee_recsys_{table} SET {table} = %s WHERE version = %s AND id = %s"
        self._server.run(change, text, version.encode(), key.encode())
