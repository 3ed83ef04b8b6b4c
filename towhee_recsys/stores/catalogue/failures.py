"""What went wrong between us and a server, in words that hold no secret."""

from __future__ import annotations

from collections.abc import Iterator

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.urls import CatalogueUrl


def server_error(
    address: CatalogueUrl, doing: str, error: BaseException, said: str = "", denied: bool = False
) -> StoreError:
    """A StoreError for a client library's `error`.

    `said` is the server's own reason; without one there was no proper answer. `denied`: it does not accept the user.
    """
    if denied:
        cause = "the server does not accept the user or the password"
        cure = "Correct them in `catalogue`; ${env:NAME} in it takes a password from the environment"
    elif said:
        cause, cure = address.hide(said).rstrip("."), "Mend that at the server, or name another in `catalogue`"
    elif timed_out(error):
        cause = f"no answer within {address.options.timeout:g} s"
        cure = "Look after the server, or give it longer with ?timeout=SECONDS at the end of `catalogue`"
    else:
        cause = f"the server cannot be reached: {address.hide(_reason(error))}"
        cure = "Start it, or correct its address in `catalogue`"
    return StoreError(f"the catalogue {address.shown!r} cannot be {doing}: {cause}. {cure}.")


def timed_out(error: BaseException) -> bool:
    """Whether an error came of waiting too long."""
    return any(isinstance(each, TimeoutError) for each in _chain(error))


def _reason(error: BaseException) -> str:
    """What the operating system or TLS said, else that the connection broke."""
    said = [str(each.strerror or each) for each in _chain(error) if isinstance(each, OSError)]
    return said[-1] if said else "it closed the connection"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
