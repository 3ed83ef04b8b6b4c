"""Requests for the items that are like an item, or like several."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.errors import QueryError, refused
from towhee_recsys.requests.fields import listed
from towhee_recsys.requests.items import ItemFinder
from towhee_recsys.requests.options import OptionsReader, request_rules
from towhee_recsys.requests.request import Request

ITEMS = "items"

WITHOUT = ("max_std", "include_seen", "explain")
"""The fields of requests for a user that requests for similar items do not have."""


def similar_request_reader(
    bundle: Bundle, find: ItemFinder, top_k: int, settings: Mapping[str, Any] | None = None
) -> SimilarRequestReader:
    """The reader of requests for similar items; `settings` are those of `requests` in a config.

    Raises:
        ConfigError: a setting is not acceptable.
    """
    items = bundle.item_schema
    options = OptionsReader(request_rules(settings), items, top_k, subject=ITEMS, without=WITHOUT)
    return SimilarRequestReader(options, find, items.id, bundle.items.state["columns"])


class SimilarRequestReader:
    """Reads requests for similar items: `{"items": [ids, titles or records], "top_k": 5, ...}`, or an item's record.

    Args:
        options: Reads what a request has besides its items.
        find: Finds the items that are given by id or title.
        column: The column with the items' ids.
        columns: The columns of items. If `items` is one of them, a mapping with it is a record.
    """

    def __init__(self, options: OptionsReader, find: ItemFinder, column: str, columns: Collection[str]):
        self._options, self._find, self._column = options, find, column
        self._is_column = ITEMS in columns

    def __call__(self, given: Any) -> tuple[list[Any], Request]:
        """The records or ids of the items, one at least, and the request, which excludes these items.

        Raises:
            QueryError: a field is unknown, not allowed, or has a value that is not accepted; no item, or more than one,
                has a title.
        """
        if not isinstance(given, Mapping):
            raise QueryError(
                f"a request is an item's record, such as {{{self._column!r}: ...}}, or {{{ITEMS!r}: [...]}}; "
                f"{given!r:.200} was given."
            )
        if ITEMS not in given or self._is_column:
            return [given], self._excluding([given], {})
        accepted = "a list of one item or more, each an id, a title or a record"
        items = listed(ITEMS, given[ITEMS], accepted, self._options.max_ids)
        if not items:
            raise refused(ITEMS, given[ITEMS], accepted)
        items = [each if isinstance(each, Mapping) else self._find(each, ITEMS) for each in items]
        return items, self._excluding(items, given)

    def _excluding(self, items: Sequence[Any], options: Mapping[str, Any]) -> Request:
        keys = (each.get(self._column) if isinstance(each, Mapping) else each for each in items)
        ids = tuple(item_id(key, self._options.id_type, self._column) for key in keys if key is not None)
        return self._options.read(options, ids)
