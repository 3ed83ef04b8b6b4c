"""The failures of a server, as messages without secrets."""

from __future__ import annotations

from collections.abc import Iterator

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed.address import StoreUrl


class NoTableError(StoreError):
    """A database has none of our tables yet."""


def server_error(
    address: StoreUrl, doing: str, error: BaseException, reason: str = "", denied: bool = False
) -> StoreError:
    """A StoreError for a client library's `error`.

    `reason` is what the server answered; it is empty when there was no proper answer. `denied`: the server does not
    accept the user.
    """
    setting = address.setting
    if denied:
        cause = "the server does not accept the user or the password"
        cure = f"Correct them in `{setting}`; ${{env:NAME}} in it takes a password from the environment"
    elif reason:
        cause, cure = address.hide(reason).rstrip("."), f"Fix that at the server, or name another in `{setting}`"
    elif timed_out(error):
        cause = f"no answer within {address.options.timeout:g} s"
        cure = f"Check the server, or allow it more time with ?timeout=SECONDS at the end of `{setting}`"
    else:
        cause = f"the server cannot be reached: {address.hide(_reason(error))}"
        cure = f"Start it, or correct its address in `{setting}`"
    return StoreError(f"the {setting} {address.shown!r} cannot be {doing}: {cause}. {cure}.")


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
