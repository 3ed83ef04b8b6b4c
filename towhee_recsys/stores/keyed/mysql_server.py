"""A MySQL or MariaDB server: connections, transactions, and how calls are repeated when one of them breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.failures import NoTableError, server_error, timed_out
from towhee_recsys.support.forks import renew_in_child

T = TypeVar("T")

# The server's error numbers.
DENIED, NO_TABLE, DEADLOCK = (1044, 1045, 1698), 1146, 1213

ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"  # it locks less than the default


class MysqlServer:
    """The server at `address`. Its calls raise StoreError, or NoTableError for a missing table.

    Safe under threads and forks: a forked process has connections of its own.
    """

    def __init__(self, address: StoreUrl):
        self._address = address
        try:
            self._engine = _engine(address)
        except OSError as error:  # a TLS file
            raise server_error(address, "opened", error) from None
        renew_in_child(self._engine, partial(Engine.dispose, close=False))  # the connections are the parent's

    def rows(self, doing: str, statement: str, *values: Any) -> Sequence[Any]:
        """The rows that a statement gives, in one round trip."""
        return self._run(doing, lambda to: to.exec_driver_sql(statement, values).all())

    def change(self, doing: str, work: Callable[[Connection], object]) -> None:
        """Does `work` in one transaction. It may be done again, so it must be idempotent."""
        self._run(doing, partial(_transaction, work))

    def _run(self, doing: str, work: Callable[[Connection], T]) -> T:
        """The result of `work`. It is repeated where the connection broke or another writer held a lock, but not where
        it took too long.
        """
        for last in (False, False, True):
            try:
                with self._engine.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                broke = error.connection_invalidated and not timed_out(error)
                if last or not (broke or _number(error) == DEADLOCK):
                    raise self._error(doing, error) from None
        raise AssertionError("the last round returns or raises")

    def _error(self, doing: str, error: DBAPIError) -> StoreError:
        number = _number(error)
        if number == NO_TABLE:
            return NoTableError(
                f"the {self._address.setting} {self._address.shown!r} cannot be {doing}: it has no table yet."
            )
        from_client = number < 1000 or 2000 <= number < 3000
        reason = "" if from_client or error.orig is None else str(error.orig.args[-1])
        return server_error(self._address, doing, error, reason, denied=number in DENIED)


def _engine(address: StoreUrl) -> Engine:
    """No pool of a fixed size, whose waiting would add to the timeout; nothing is sent but the statements."""
    options = address.options
    settings: dict[str, Any] = {"charset": "utf8mb4", "sql_mode": "STRICT_ALL_TABLES", "init_command": ISOLATION}
    settings |= dict.fromkeys(("connect_timeout", "read_timeout", "write_timeout"), options.timeout)
    settings |= {"ssl": options.ssl_context()} if options.tls else {}
    return create_engine(
        URL.create("mysql+pymysql", address.user, address.password, address.host, address.port, address.database),
        connect_args=settings,
        isolation_level="AUTOCOMMIT",
        max_overflow=-1,
        pool_reset_on_return=None,
        skip_autocommit_rollback=True,
        hide_parameters=True,
    )


def _transaction(work: Callable[[Connection], object], connection: Connection) -> None:
    try:
        connection.exec_driver_sql("START TRANSACTION")
        work(connection)
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.invalidate()  # closed, it leaves nothing half done
        raise


def _number(error: DBAPIError) -> int:
    """The server's error number, 0 where there is none."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
