"""Why an item is recommended: the shares of its score that each known fact and each item of the user has.

A score is the inner product of the user's unit vector and the item's, and the user's vector is a sum, of what
`reason_sources` finds: so each share is exact, and what is not listed is the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from towhee_recsys.data.items import Id

MOST = 6
"""How many reasons an item has at most, besides the rest."""

EVERYONE, OTHER, HISTORY = "everyone", "other", "history"


@dataclass(frozen=True, slots=True)
class Reason:
    """A share of the score of a recommendation.

    Attributes:
        because: `liked`, `disliked`, `feedback` or `history` for an item of the user, the name of a column of users,
            `everyone` for what a user gets of whom nothing is known, or `other` for the rest.
        share: The share; the shares of a recommendation sum to its score.
        item_id: The id of the user's item.
        value: The value of the column.
        title: The title of the item, or the name of the value.
    """

    because: str
    share: float = 0.0
    item_id: Id | None = None
    value: Any = None
    title: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The reason as a record, without what it does not have."""
        named = {"item_id": self.item_id, "value": self.value, "title": self.title}
        return {
            "because": self.because,
            **{name: value for name, value in named.items() if value is not None},
            "share": self.share,
        }


@dataclass(frozen=True, eq=False)
class Sources:
    """What a user's vector is the sum of, without the rest.

    Attributes:
        reasons: The reasons, n, without shares.
        vectors: What each adds to the user's unit vector, float64[n, dim].
    """

    reasons: Sequence[Reason]
    vectors: np.ndarray


def reasons(
    found: Sources, recommendations: Sequence[tuple[float, np.ndarray | None]], most: int | None = MOST
) -> list[list[Reason]]:
    """The reasons of each recommendation, the largest share first; the rest of its score comes last, as `other`.

    Args:
        found: What the user's vector is the sum of.
        recommendations: The score of each item and its unit vector float32[dim], or None where it is not known.
        most: How many reasons are listed besides the rest, of those that raise the score; None for all.
    """
    answers = []
    for score, vector in recommendations:
        shares = np.zeros(len(found.reasons)) if vector is None else found.vectors @ vector
        answers.append(_listed(found.reasons, shares.tolist(), score, most))
    return answers


def named(reason: Reason, titles: Mapping[Id, str]) -> Reason:
    """A reason with the title of its item, which is one of `titles`."""
    return reason if reason.item_id is None else replace(reason, title=titles.get(reason.item_id))


def _listed(found: Sequence[Reason], shares: Sequence[float], score: float, most: int | None) -> list[Reason]:
    best = sorted(range(len(found)), key=lambda row: -shares[row])
    if most is not None:
        best = [row for row in best if shares[row] > 0][:most]
    listed = [replace(found[row], share=shares[row]) for row in best]
    return [*listed, Reason(OTHER, float(score) - sum(each.share for each in listed))]
