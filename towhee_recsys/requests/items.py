"""Items as requests name them: by id or by title."""

from __future__ import annotations

from typing import Any, Protocol

from towhee_recsys.bundle import Bundle
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id


class ItemFinder(Protocol):
    """Gives the id that an id or a title stands for; `field` names the field of the request in messages."""

    def __call__(self, given: Any, field: str) -> Id:
        """The id. Raises QueryError where no item, or more than one, can be meant."""
        ...


def by_id(bundle: Bundle) -> ItemFinder:
    """Finds items by their ids alone."""
    id_type = bundle.item_schema.id_type

    def find(given: Any, field: str) -> Id:
        return item_id(given, id_type, field)

    return find
