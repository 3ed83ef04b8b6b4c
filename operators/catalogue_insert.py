"""Item facts into the catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import Receipt


@register(name="towhee_recsys/catalogue_insert")
class CatalogueInsert:
    """Items and the receipt of their vectors to the catalogue, under the build that the receipt names; gives it on.

        .map(("movies", "receipt"), "receipt", ops.towhee_recsys.catalogue_insert(catalogue="sqlite:///movies.sqlite"))

    The facts can be read at once, unless `staged`: then once `publish` has switched to that build.
    Raises QueryError for what is no item, and StoreError.
    """

    def __init__(self, catalogue: str, staged: bool = False):
        self._catalogue, self._staged = open_catalogue(catalogue), staged

    def __call__(self, items: Mapping[str, Any] | Sequence[Any], receipt: Receipt) -> Receipt:
        """Writes the facts of one item record or a list of them."""
        if isinstance(items, Mapping):
            items = [items]
        self._catalogue.write(items, receipt.build)
        if not self._staged:
            self._catalogue.publish(receipt.build)
        return receipt
