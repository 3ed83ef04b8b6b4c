"""The ids of item records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.data.item_ids import item_id


@register(name="towhee_recsys/item_id")
class ItemId:
    """An item record to a list with its id, [] without one; a list of records to a list of such lists.

        .map("item", "leave_out", ops.towhee_recsys.item_id(model_dir="artifacts/shop/model"))

    The name of the id column and the type of the ids come from the model's dataset: "260" is 260 where ids are whole
    numbers.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: an id is not of the dataset's type; when it is called.
    """

    def __init__(self, model_dir: str):
        from towhee_recsys.bundle import load_bundle

        schema = load_bundle(model_dir).item_schema
        self._column, self._id_type = schema.id, schema.id_type

    def __call__(self, items: Mapping[str, Any] | list[Mapping[str, Any]]) -> list[Any]:
        """The id of one item or of each of several."""
        if isinstance(items, (list, tuple)):
            return [self._ids(item) for item in items]
        return self._ids(items)

    def _ids(self, item: Mapping[str, Any]) -> list[int | str]:
        key = item.get(self._column)
        return [] if key is None else [item_id(key, self._id_type, self._column)]
