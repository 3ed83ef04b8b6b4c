"""How stores keep items: a key and one JSON text for each. A row that is broken is left out."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from pydantic_core import from_json, to_json  # several times as fast as Python's json

from towhee_recsys.stores.catalogue.facts import Facts, Id, are_facts, as_id, must_be_facts

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 1000
"""Items that go to a server in one call."""

MAX_KEY_BYTES = 514
"""The longest key: a text of MAX_ID_BYTES in quotes."""


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """`items` in lists of at most `size`; one list at a time is held."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def key_of(item_id: Any) -> str:
    """The key of an item: an integer id as digits, a text in quotes, so that 1 and "1" are two items.

    Raises:
        QueryError: `item_id` is not an id.
    """
    return _key(as_id(item_id))


def id_of(key: str) -> Id:
    """The id that `key_of` made the key of."""
    return key[1:-1] if key.startswith('"') else int(key)


def to_row(item: tuple[Id, Facts]) -> tuple[str, str]:
    """The key of an item and its facts as JSON.

    Raises:
        QueryError: the id or the facts are not acceptable.
    """
    item_id, facts = as_id(item[0]), item[1]
    must_be_facts(item_id, facts)
    return _key(item_id), to_json(facts).decode()


def from_row(shown: str, key: str, text: bytes | str) -> Facts | None:
    """The facts of an item; None for a broken row, and a warning that names the catalogue as `shown`."""
    try:
        facts: Facts = from_json(text, allow_inf_nan=False)
        if are_facts(id_of(key), facts):
            return facts
    except ValueError:
        pass
    log.warning(
        "the catalogue %r has a broken row for item %r, which is left out; `towhee-recsys index` writes it again",
        shown,
        id_of(key),
    )
    return None


def _key(item_id: Id) -> str:
    return f'"{item_id}"' if isinstance(item_id, str) else str(item_id)
