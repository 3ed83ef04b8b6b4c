"""A MySQL or MariaDB server: connections, transactions, and what is done when one of them breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.failures import server_error, timed_out
from towhee_recsys.stores.catalogue.urls import CatalogueUrl

T = TypeVar("T")

# What the server's numbers of errors mean.
DENIED, NO_TABLE, DEADLOCK = (1044, 1045, 1698), 1146, 1213

ISOLATION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"  # it locks less than the default


class NoTableError(StoreError):
    """A table is not there."""


class MysqlServer:
    """The server at `address`. Its calls raise StoreError, NoTableError among them; safe under threads."""

    def __init__(self, address: CatalogueUrl):
        self._address = address
        try:
            self._engine = _engine(address)
        except OSError as error:  # a file of TLS
            raise server_error(address, "opened", error) from error

    def rows(self, doing: str, statement: str, *values: Any) -> Sequence[Any]:
        """What a statement gives, in one round trip."""
        return self._run(doing, lambda to: to.exec_driver_sql(statement, values).all())

    def change(self, doing: str, work: Callable[[Connection], object]) -> None:
        """Does `work`, which can be done twice, in one transaction."""
        self._run(doing, partial(_transaction, work))

    def _run(self, doing: str, work: Callable[[Connection], T]) -> T:
        """What `work` gives. It is done again where the connection broke, or another writer was in its way, and not
        where it took too long.
        """
        for last in (False, False, True):
            try:
                with self._engine.connect() as connection:
                    return work(connection)
            except DBAPIError as error:
                broke = error.connection_invalidated and not timed_out(error)
                if last or not (broke or _number(error) == DEADLOCK):
                    raise self._error(doing, error) from error
        raise AssertionError("the last round returns or raises")

    def _error(self, doing: str, error: DBAPIError) -> StoreError:
        number = _number(error)
        if number == NO_TABLE:
            return NoTableError(f"the catalogue {self._address.shown!r} cannot be {doing}: it has no tables yet.")
        from_client = number < 1000 or 2000 <= number < 3000
        said = "" if from_client or error.orig is None else str(error.orig.args[-1])
        return server_error(self._address, doing, error, said, denied=number in DENIED)


def _engine(address: CatalogueUrl) -> Engine:
    """No pool of a fixed size, whose waiting would add to the timeout, and no word to the server but the statements."""
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
    """The server's number of an error, 0 where it has none."""
    arguments = getattr(error.orig, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else 0
