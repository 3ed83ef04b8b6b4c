"""Items to vectors."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from towhee import register

from towhee_recsys.engines import Engine
from towhee_recsys.model.embeddings import Embeddings


@register(name="towhee_recsys/item_encoder")
class ItemEncoderOperator:
    """An item record, or a list of them, to raw vectors float32[dim] or float32[n, dim].

        pipe.input("item").map("item", "vector", ops.towhee_recsys.item_encoder(model_dir="artifacts/shop/model"))

    A record has any of the declared item columns. The id is enough for an item of the training data; an item that
    training never saw is encoded by its other columns.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: the model cannot encode a record; when it is called.
    """

    def __init__(self, model_dir: str):
        from towhee_recsys.bundle import ItemEncoder, load_bundle

        self._encode, self._model_dir = ItemEncoder(load_bundle(model_dir)), os.path.abspath(model_dir)

    def __call__(self, items: Any) -> Any:
        """The raw vectors of `items`."""
        return self._encode(items)

    def map_on(self, engine: Engine, lists: Iterable[Sequence[Any]]) -> Iterator[Embeddings]:
        """The raw vectors of each of several lists of items, which an engine has its workers encode."""
        from towhee_recsys.bundle.encode_items import EncodeItems

        for raw in engine.map(EncodeItems(self._model_dir), lists):
            yield Embeddings(raw, None, self._encode.model)
