"""The items that a user likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.data.item_ids import item_id
from towhee_recsys.features.liked import LIKED, liked_of


@register(name="towhee_recsys/liked_items")
class LikedItems:
    """A user record to the list of ids in its field `liked`, [] without one; a list of records to a list of lists.

        .map("user", "leave_out", ops.towhee_recsys.liked_items(model_dir="artifacts/shop/model"))

    The ids get the type that the ids of the model's dataset have: "260" is 260 where they are whole numbers.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: `liked` is not a list of ids of the dataset's type; when it is called.
    """

    def __init__(self, model_dir: str):
        from towhee_recsys.bundle import load_bundle

        self._id_type = load_bundle(model_dir).item_schema.id_type

    def __call__(self, users: Mapping[str, Any] | list[Mapping[str, Any]]) -> list[Any]:
        """The ids of one user or of each of several."""
        if isinstance(users, (list, tuple)):
            return [self._ids(user) for user in users]
        return self._ids(users)

    def _ids(self, user: Mapping[str, Any]) -> list[int | str]:
        return [item_id(key, self._id_type, LIKED) for key in liked_of(user)]
