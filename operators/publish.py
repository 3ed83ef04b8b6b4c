"""The switch to a new index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import IndexRecord, Receipt, open_index, publish


@register(name="towhee_recsys/publish")
class Publish:
    """All receipts of a staged indexing to the live index: it is switched to when vectors and facts are complete.

        .map("receipts", "index", ops.towhee_recsys.publish(uri=..., collection=..., catalogue=...))

    Gives the record of the index that is live then; the one before it is kept, older ones are dropped. `access` are the
    credentials of a Milvus server.

    Raises:
        IndexMismatchError: the receipts are of several indexings, or what was written is not all there, or cannot be
            found; the live index stays as it is.
        StoreError: a store fails.
    """

    def __init__(self, uri: str, collection: str, catalogue: str, access: Mapping[str, Any] | None = None):
        self._index, self._catalogue = open_index(uri, collection, access), open_catalogue(catalogue)

    def __call__(self, receipts: Sequence[Receipt]) -> IndexRecord:
        """Checks and switches."""
        return publish(self._index, receipts, self._catalogue)
