"""The fields of a user's record that are no columns: `liked`, `disliked`, `feedback` and `include_seen`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from towhee_recsys.errors import QueryError, refused

LIKED, DISLIKED = "liked", "disliked"
"""The fields of a user's record with the ids of items that the user likes, or dislikes."""

FEEDBACK = "feedback"
"""The field of a user's record with interactions since the training: (item id, rating or weight), the oldest first."""

INCLUDE_SEEN = "include_seen"
"""The field of a user's record that decides whether items the user has interacted with may be recommended."""

GIVEN_FIELDS = (LIKED, DISLIKED, INCLUDE_SEEN)
"""What a table of users may have besides the columns of the dataset's users."""

RECORD_FIELDS = (*GIVEN_FIELDS, FEEDBACK)
"""All fields of a user's record that are no columns: names that no column of users can have."""


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
        raise QueryError(f"{field} is a list of item ids, such as [260, 1196]; {given!r:.200} was given.", field)
    return list({str(key): key for key in ids}.values())


def liked_of(record: Any, field: str = LIKED) -> list[Any]:
    """The items in the field `liked`, or `disliked`, of a user's record; an empty list for anything that is no record.

    Raises:
        QueryError: the field is no list of item ids.
    """
    return liked_ids(record.get(field), field) if isinstance(record, Mapping) else []


def feedback_of(record: Any) -> list[tuple[Any, float]]:
    """The items and values in the field `feedback` of a user's record; an empty list for anything that is no record.

    Raises:
        QueryError: the field is no list of pairs of an item id and a number.
    """
    given = record.get(FEEDBACK) if isinstance(record, Mapping) else None
    if not given:
        return []
    if isinstance(given, (list, tuple)) and all(map(_is_pair, given)):
        return [(key, float(value)) for key, value in given]
    raise QueryError(f"{FEEDBACK} is a list of item ids with values, such as [(260, 5)]; {given!r:.200} was given.")


def includes_seen(record: Mapping[str, Any], default: bool) -> bool:
    """The field `include_seen` of a user's record; `default` where it has none.

    Raises:
        QueryError: the field is neither true nor false.
    """
    given = record.get(INCLUDE_SEEN)
    if given is None:
        return default
    if not isinstance(given, (bool, np.bool_)):  # 1 == True, but is not accepted
        raise refused(INCLUDE_SEEN, given, "true or false")
    return bool(given)


def _is_pair(given: Any) -> bool:
    if not (isinstance(given, (list, tuple)) and len(given) == 2) or any(isinstance(each, bool) for each in given):
        return False
    key, value = given
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and math.isfinite(value)
    return isinstance(key, (int, str, np.integer)) and is_number
