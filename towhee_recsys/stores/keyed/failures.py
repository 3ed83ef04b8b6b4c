"""The failures of a server, as messages without secrets."""

from __future__ import annotations

from collections.abc import Iterator

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.address import CatalogueUrl


class NoTableError(StoreError):
    """A database has none of our tables yet."""


def server_error(
    address: CatalogueUrl, doing: str, error: BaseException, reason: str = "", denied: bool = False
) -> StoreError:
    """A StoreError for a client library's `error`.

    `reason` is what the server answered; it is empty when there was no proper answer. `denied`: the server does not
    accept the user.
    """
    if denied:
        cause = "the server does not accept the user or the password"
        cure = "Correct them in `catalogue`; ${env:NAME} in it takes a password from the environment"
    elif reason:
        cause, cure = address.hide(reason).rstrip("."), "Fix that at the server, or name another in `catalogue`"
    elif timed_out(error):
        cause = f"no answer within {address.options.timeout:g} s"
        cure = "Check the server, or allow it more time with ?timeout=SECONDS at the end of `catalogue`"
    else:
        cause = f"the server cannot be reached: {address.hide(_reason(error))}"
        cure = "Start it, or correct its address in `catalogue`"
    return StoreError(f"the catalogue {address.shown!r} cannot be {doing}: {cause}. {cure}.")


def timed_out(error: BaseException) -> bool:
    """Whether an error is due to a timeout."""
    return any(isinstance(each, TimeoutError) for each in _chain(error))


def _reason(error: BaseException) -> str:
    """The message of the operating system or of TLS, else that the connection broke."""
    messages = [str(each.strerror or each) for each in _chain(error) if isinstance(each, OSError)]
    return messages[-1] if messages else "it closed the connection"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
