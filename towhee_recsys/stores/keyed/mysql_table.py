"""A table of ours in MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.failures import NoTableError

if TYPE_CHECKING:
    from sqlalchemy import Connection


class MysqlTable:
    """A table at a server. It is created at the first write, so that readers need no right to create one."""

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
        """Repeats a statement in one transaction until it changes nothing: a million rows at once could exceed the
        timeout.
        """
        self._transaction(partial(_repeat, self._filled_in(statement), values))

    def _filled_in(self, statement: str) -> str:
        return statement.format(table=f"towhee_recsys_{self._table}", column=self._table)

    def _transaction(self, work: Callable[[Connection], object]) -> None:
        try:
            self._server.change("written", work)
        except NoTableError:
            self._server.change("written", partial(_execute, self._filled_in(self._created_by), ()))
            self._server.change("written", work)


def encoded(keys: Iterable[str]) -> list[bytes]:
    """Names as bytes: they are compared as they are, without rules for case or trailing blanks."""
    return [key.encode() for key in keys]


def _execute(statement: str, values: Any, connection: Connection) -> None:
    connection.exec_driver_sql(statement, values)


def _repeat(statement: str, values: Any, connection: Connection) -> None:
    while connection.exec_driver_sql(statement, values).rowcount:
        pass
