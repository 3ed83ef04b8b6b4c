"""The failures of databases, as messages without secrets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from towhee_recsys.config import expand_url
from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.errors import DatasetError, RecsysError
from towhee_recsys.support.urls import HIDDEN, shown_url

_DENIED = (1044, 1045, 1698, "28P01", "28000")
"""What MySQL and PostgreSQL call a user or a password that is not accepted."""

_ACCEPTED = "sqlite:///FILE, mysql://USER:PASSWORD@HOST/DATABASE, postgresql://USER:PASSWORD@HOST/DATABASE, …"
_PACKAGES = {"sqlalchemy": "pip install 'towhee_recsys[sql]'", "pymysql": "pip install 'towhee_recsys[mysql]'"}


def package_missing(key: str, package: str) -> DatasetError:
    """The error where `package` is not installed, which the query at `key` needs."""
    install = _PACKAGES.get(package, f"pip install {package}")
    return DatasetError(f"{key}: a query needs the package {package}, which is not installed: {install}")


@contextmanager
def connecting(sql: SqlQuery, key: str) -> Iterator[None]:
    """Turns what goes wrong while a connection is made into a DatasetError.

    The URL may be mangled, so that any part of it may be a piece of a password: no text of the driver is shown.
    """
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    before = f"{key}.url: {shown_url(sql.url)!r}"
    try:
        yield
    except RecsysError:
        raise
    except (ArgumentError, NoSuchModuleError):
        raise DatasetError(f"{before} is no URL that SQLAlchemy knows. Accepted: {_ACCEPTED}") from None
    except ModuleNotFoundError as error:
        raise package_missing(key, error.name or "of the database") from None
    except Exception as error:  # drivers have bases of their own
        raise DatasetError(f"{before} cannot be opened: {_cause(error)}. Check the address and the server") from None


@contextmanager
def querying(sql: SqlQuery, key: str) -> Iterator[None]:
    """Turns what goes wrong while rows are read into a DatasetError with what the database reports."""
    try:
        yield
    except RecsysError:
        raise
    except Exception as error:  # drivers have some that SQLAlchemy lets through, such as sqlite3.Warning
        cause = getattr(error, "orig", None) or error
        reason = _without_secrets(str(cause.args[-1] if cause.args else cause), sql).strip().rstrip(".")
        raise DatasetError(
            f"{key}.query: {shown_url(sql.url)!r} does not give the rows: {reason}. Correct the query, or the rights "
            "of its user"
        ) from None


def _cause(error: BaseException) -> str:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = getattr(error, "orig", None) or error.__cause__ or error.__context__  # type: ignore[assignment]
    codes = [code for each in chain for code in (*each.args[:1], getattr(each, "pgcode", None)) if code in _DENIED]
    if codes:
        return "the database does not accept the user or the password"
    system = [str(each.strerror) for each in chain if isinstance(each, OSError) and each.strerror]
    return system[-1] if system else type(chain[-1]).__name__


def _without_secrets(text: str, sql: SqlQuery) -> str:
    from sqlalchemy import make_url

    url = make_url(expand_url(sql.url))
    secrets = {str(each) for each in (url.password, *url.query.values()) if each}
    for secret in sorted(secrets | {quote(each, safe="") for each in secrets}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text
