"""The keys of rows and the names of versions."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, cast

from towhee_recsys.data.items import ACCEPTED_IDS, MAX_ID_BYTES, Id, is_int_id, is_text_id
from towhee_recsys.errors import QueryError

MAX_KEY_BYTES = MAX_ID_BYTES + 2
"""The longest key: a text in quotes."""


def as_id(given: Any, of: str = "item") -> Id:
    """An id as Python's int or str. `of` names its owner in messages: an item, or a user.

    Raises:
        QueryError: `given` is not an id.
    """
    if type(given) is int and -(2**63) <= given < 2**63:  # most ids are, and the checks below take three times as long
        return given
    key = given.item() if getattr(given, "ndim", None) == 0 else given
    if is_int_id(key) or is_text_id(key):
        return cast(Id, key)
    raise QueryError(f"{of} id {given!r:.120} is not acceptable. Accepted: {', or '.join(ACCEPTED_IDS.values())}.")


def key_of(given: Any, of: str = "item") -> str:
    """The key of an id: an integer as digits, a text in quotes, so that 1 and "1" have two keys.

    Raises:
        QueryError: `given` is not an id.
    """
    key = as_id(given, of)
    return f'"{key}"' if isinstance(key, str) else str(key)


def id_of(key: str) -> Id:
    """The id that `key_of` made the key of."""
    return key[1:-1] if key.startswith('"') else int(key)


def in_collection(versions: Iterable[str], collection: str | None) -> list[str]:
    """The `versions` of a collection, which are named `<collection>__<...>`; all of them for None."""
    return [name for name in versions if collection in (None, name.rpartition("__")[0])]


def readable(names: Iterable[bytes]) -> list[str]:
    """Names of versions as a server gives them, sorted; those that are not UTF-8 belong to another program."""
    found = []
    for name in names:
        with suppress(UnicodeDecodeError):
            found.append(name.decode())
    return sorted(found)
