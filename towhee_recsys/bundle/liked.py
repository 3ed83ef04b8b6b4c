"""The field `liked` of a user's record: movies that the user likes, by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from towhee_recsys.errors import QueryError
from towhee_recsys.features.side import Record

LIKED = "liked"


def split_liked(records: Sequence[Record]) -> tuple[list[list[Any]], list[Record]]:
    """The distinct ids in each record's `liked`, and the records without it. Raises QueryError for anything else."""
    liked = [liked_of(record) for record in records]
    return liked, [
        {name: value for name, value in record.items() if name != LIKED} if own or LIKED in record else record
        for own, record in zip(liked, records, strict=True)
    ]


def liked_of(record: Any) -> list[Any]:
    """The distinct movie ids that a user's record says are liked; none where it says nothing."""
    given = record.get(LIKED) if hasattr(record, "get") else None
    if given is None:
        return []
    ids = list(given) if isinstance(given, (list, tuple, set, frozenset, np.ndarray)) else None
    if ids is None or not all(isinstance(key, (int, str, np.integer)) and not isinstance(key, bool) for key in ids):
        raise QueryError(f"liked is a list of movie ids, such as [260, 1196]; {given!r} was given.")
    return list(dict.fromkeys(ids))
