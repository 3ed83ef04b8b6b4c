"""Item facts into the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.errors import QueryError
from towhee_recsys.stores.catalogue import Facts, Id, facts_of, facts_without_schema, open_catalogue
from towhee_recsys.stores.vectors import Receipt


@register(name="towhee_recsys/catalogue_insert")
class CatalogueInsert:
    """The facts of items to the catalogue, under the build that the receipt of their vectors names; gives the receipt.

        .map(("items", "receipt"), "receipt", ops.towhee_recsys.catalogue_insert(catalogue="sqlite:///items.sqlite"))

    The facts are the columns that the dataset declares to be shown, where the receipt knows them: the vectors come from
    `item_encoder`. With other vectors they are the whole record, and `id` names the column of its id.

    Raises:
        QueryError: `id` is not a name.
        StoreError: the catalogue cannot be opened.
    """

    def __init__(self, catalogue: str, id: str | None = None):
        if not isinstance(id, (str, type(None))):
            raise QueryError(
                f"catalogue_insert takes the name of a column as id; {id!r} was given. The argument `staged`, which "
                "was in its place, no longer exists: leave it out."
            )
        self._catalogue, self._id = open_catalogue(catalogue), id

    def __call__(self, items: Mapping[str, Any] | Sequence[Mapping[str, Any]], receipt: Receipt) -> Receipt:
        """Writes the facts of one item record or a list of them.

        Raises:
            QueryError: a record has no id, a fact is not of its declared type, or the id column is not known.
            StoreError: the catalogue does not take them.
        """
        records = [items] if isinstance(items, Mapping) else items
        self._catalogue.write((self._facts(record, receipt) for record in records), receipt.build)
        return receipt

    def _facts(self, record: Mapping[str, Any], receipt: Receipt) -> tuple[Id, Facts]:
        if receipt.items is not None:
            return facts_of(record, receipt.items)
        if self._id is None:
            raise QueryError(
                "catalogue_insert cannot tell which column of an item record is its id, since the vectors do not come "
                "from item_encoder. Name it, as in catalogue_insert(catalogue=..., id='item_id')."
            )
        return facts_without_schema(record, self._id)
