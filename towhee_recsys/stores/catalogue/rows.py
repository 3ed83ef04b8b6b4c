"""Rows of the catalogue: a key and one JSON text for each item. A row that is broken is left out."""

from __future__ import annotations

import logging

from pydantic_core import from_json, to_json  # several times as fast as Python's json

from towhee_recsys.stores.catalogue.facts import Facts, Id, are_facts, must_be_facts
from towhee_recsys.stores.keyed import as_id, id_of, key_of

log = logging.getLogger(__name__)


def to_row(item: tuple[Id, Facts]) -> tuple[str, str]:
    """The key of an item and its facts as JSON.

    Raises:
        QueryError: the id or the facts are not acceptable.
    """
    item_id, facts = as_id(item[0]), item[1]
    must_be_facts(item_id, facts)
    return key_of(item_id), to_json(facts).decode()


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
