"""The items that a user likes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.features.liked import liked_of


@register(name="towhee_recsys/liked_items")
class LikedItems:
    """A user record to the list of ids in its field `liked`, [] without one; a list of records to a list of lists.

        .map("user", "leave_out", ops.towhee_recsys.liked_items())

    Raises:
        QueryError: `liked` is not a list of ids.
    """

    def __call__(self, users: Mapping[str, Any] | list[Mapping[str, Any]]) -> list[Any]:
        """The ids of one user or of each of several."""
        if isinstance(users, (list, tuple)):
            return [liked_of(user) for user in users]
        return liked_of(users)
