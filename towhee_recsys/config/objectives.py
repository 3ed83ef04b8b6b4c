"""The objectives by name: what each of them trains vectors for, and the classes that compute it."""

from __future__ import annotations

from typing import Literal

Objective = Literal["auto", "rating", "ranking", "both"]
"""What `objective` accepts: `auto`, which the loader resolves, and the names in `OBJECTIVES`."""

Purpose = Literal["ranking", "rating"]
"""What a user's vector is for: to rank the items, or to predict ratings on the dataset's scale."""

_RANKING = "towhee_recsys.model.objectives.ranking.RankingObjective"
_RATING = "towhee_recsys.model.objectives.rating.RatingObjective"

OBJECTIVES: dict[str, dict[Purpose, str]] = {
    "rating": {"rating": _RATING},
    "ranking": {"ranking": _RANKING},
    "both": {"ranking": _RANKING, "rating": _RATING},
}
"""The losses that each objective adds up, by purpose: classes by their full names, imported when they are needed.

Each purpose has a user tower. The vectors of the first one search the index.
"""


def purposes(objective: str) -> list[Purpose]:
    """The purposes of an objective's user towers; items are searched with the first."""
    return list(OBJECTIVES[objective])


def needs_scale(objective: str) -> bool:
    """Whether an objective predicts ratings, so that it can only be trained where a rating scale is declared."""
    return "rating" in OBJECTIVES[objective]
