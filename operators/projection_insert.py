"""The places of items into the map of a build."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from towhee import register

from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import Receipt


@register(name="towhee_recsys/projection_insert")
class ProjectionInsert:
    """The places of all items of an indexing to the map beside the catalogue; gives the receipts.

        .window_all(("receipt", "places"), "receipts", ops.towhee_recsys.projection_insert(catalogue="sqlite:///..."))

    They go under the name of the build that the receipts are of, which is not published yet.

    Raises:
        StoreError: the catalogue cannot be opened or written.
    """

    def __init__(self, catalogue: str):
        self._projection = open_projection(catalogue)

    def __call__(self, receipts: Sequence[Receipt], places: Sequence[np.ndarray]) -> Sequence[Receipt]:
        """Writes the map of the build and returns the receipts."""
        if receipts:
            ids = list(chain.from_iterable(receipt.ids.tolist() for receipt in receipts))
            self._projection.write(
                ids, np.concatenate([np.reshape(each, (-1, 2)) for each in places]), receipts[0].build
            )
        return receipts
