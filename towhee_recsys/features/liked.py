"""The fields of a user's record that are no columns: `liked`, `disliked`, `feedback` and `include_seen`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from towhee_recsys.errors import QueryError

LIKED, DISLIKED = "liked", "disliked"
"""The fields of a user's record with the ids of items that the user likes, or dislikes."""

FEEDBACK = "feedback"
"""The field of a user's record with interactions since the training: (item id, rating or weight), the oldest first."""

INCLUDE_SEEN = "include_seen"
"""The field of a user's record that decides whether items the user has interacted with may be recommended."""


def liked_ids(given: Any, field: str = LIKED) -> list[Any]:
    """The distinct item ids of a list, in its order; an empty list for None.

    Raises:
        QueryError: anything else was given.
    """
    if given is None:
        return []
    ids = given.tolist() if isinstance(given, np.ndarray) else given
    ids = list(ids) if isinstance(ids, (list, tuple, set, frozenset)) else None
    if ids is None or not all(isinstance(key, (int, str, np.integer)) and not isinstance(key, bool) for key in ids):
        raise QueryError(f"{field} is a list of item ids, such as [260, 1196]; {given!r} was given.")
    return list({str(key): key for key in ids}.values())


def liked_of(record: Any) -> list[Any]:
    """The items in the field `liked` of a user's record; an empty list for anything that is no record.

    Raises:
        QueryError: the field is no list of item ids.
    """
    return liked_ids(record.get(LIKED)) if isinstance(record, Mapping) else []
