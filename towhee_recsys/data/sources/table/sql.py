"""Tables that are the results of queries, by SQLAlchemy: rows come in chunks, by a cursor of the server's."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import pandas as pd

from towhee_recsys.config import expand_url
from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.data.sources.bad_rows import BadRows
from towhee_recsys.data.sources.table.raw import RawTable
from towhee_recsys.data.sources.table.sql_errors import connecting, package_missing, querying
from towhee_recsys.errors import DatasetError
from towhee_recsys.support.urls import shown_url

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, CursorResult

CHUNK = 20_000
"""Rows that are fetched at a time."""

DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
"""The drivers of schemes that name none, where it is not SQLAlchemy's default."""


def read_sql(
    sql: SqlQuery, key: str, bad: BadRows, columns: Collection[str] | None, size: int | None
) -> Iterator[RawTable]:
    """The rows of the query `sql`, which the section `key` declares, in parts of about `size` rows, or as a whole.

    Values keep their types; of `columns` those that are there are kept, or all.

    Raises:
        DatasetError: a package is missing, the database cannot be reached, or the query fails or has a column twice.
    """
    with connected(sql, key) as connection, querying(sql, key):
        result = connection.execution_options(stream_results=True, no_parameters=True).exec_driver_sql(sql.query)
        names = _names(result, key)
        wanted = {name: at for at, name in enumerate(names) if columns is None or name in columns}
        digest, parts, first, after = hashlib.sha256(repr(names).encode()), [], 1, 1
        for rows in result.partitions(CHUNK):
            digest.update("\n".join(["", *map(repr, rows)]).encode("utf-8", "surrogatepass"))
            parts.append({name: _column([row[at] for row in rows]) for name, at in wanted.items()})
            after += len(rows)
            if size is not None and after - first >= size:
                yield RawTable(key, names, _joined(parts), False, range(first, after), bad, digest=digest.digest())
                parts, first = [], after
        if parts or first == 1:
            rest = _joined(parts or [{name: _column([]) for name in wanted}])
            yield RawTable(key, names, rest, False, range(first, after), bad, digest=digest.digest())


def _joined(parts: list[dict[str, pd.Series]]) -> dict[str, pd.Series]:
    return {name: _concatenated([part[name] for part in parts]) for name in parts[0]}


def _concatenated(chunks: list[pd.Series]) -> pd.Series:
    """The chunks of a column: as objects where their types differ, since large whole numbers lose digits as floats."""
    if len({chunk.dtype for chunk in chunks}) > 1:
        chunks = [chunk.astype(object) for chunk in chunks]
    return pd.concat(chunks, ignore_index=True)


@contextmanager
def connected(sql: SqlQuery, key: str) -> Iterator[Connection]:
    """A connection to the database of `sql`.

    Raises:
        DatasetError: a package is missing, or the database cannot be reached.
    """
    try:
        import sqlalchemy
    except ImportError:
        raise package_missing(key, "sqlalchemy") from None
    with connecting(sql, key):
        url = _url(sql, key)
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool, hide_parameters=True)
        connection = engine.connect()
    with connection:
        yield connection


def _url(sql: SqlQuery, key: str) -> URL:
    from pathlib import Path

    from sqlalchemy import make_url

    url = make_url(expand_url(sql.url))
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise DatasetError(
            f"{key}.url: given {shown_url(sql.url)!r}, accepted: sqlite:///FILE of a file that is there (seen from "
            f"{Path().resolve()}); a relative path has three slashes, an absolute one four"
        )
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def _names(result: CursorResult[Any], key: str) -> list[str]:
    if not result.returns_rows:
        raise DatasetError(f"{key}.query: given a statement without rows, accepted: a query such as SELECT ...")
    names = [str(name) for name in result.keys()]  # noqa: SIM118 - a result is no mapping
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DatasetError(f"{key}.query: the column {twice!r} is there twice; name one of them otherwise with AS")
    return names


def _column(values: list[Any]) -> pd.Series:
    """The values of a chunk: whole numbers and floats as such, and everything else as objects."""
    kind = pd.api.types.infer_dtype(values, skipna=False)
    if kind == "integer" and all(-(2**63) <= value < 2**63 for value in values):
        return pd.Series(np.array(values, dtype=np.int64))
    if kind == "floating":
        return pd.Series(values, dtype=np.float64)
    shared: dict[Any, Any] = {}  # equal texts are one in memory
    plain = [_plain(value) if isinstance(value, (Decimal, UUID)) else value for value in values]
    return pd.Series([shared.setdefault(v, v) if isinstance(v, str) else v for v in plain], dtype=object)


def _plain(value: Decimal | UUID) -> int | float | str:
    if isinstance(value, UUID):
        return str(value)
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
