"""Why an item is recommended: the shares of its score that each known fact and each item of the user has.

A score is the inner product of the user's unit vector and the item's, and the user's raw vector is a sum of vectors:
that of a user of whom nothing is known, what each known column adds, and what the user's items add. So each share is
exact. What the items add together is one vector, such as that of the user's id: it is written as a sum of these items'
own vectors with weights, by ridge regression; what these cannot explain is in the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, FeaturePart, UserEncoder, UserParts, item_vectors
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id
from towhee_recsys.features.liked import LIKED, liked_ids
from towhee_recsys.model.towers import free_size

MOST = 6
"""How many reasons an item has at most, besides the rest."""

DECAY = 0.02
"""How strongly the weights of a user's items are pulled to 0, times the number of items. With it, the items of known
users of MovieLens 1M explain 0.85 to 1.07 of the share of the user's id, and few of them count against it."""

EVERYONE, OTHER, HISTORY, DISLIKED, FEEDBACK = "everyone", "other", "history", "disliked", "feedback"

Because = tuple[str, Id]
"""What an item is to the user, `liked`, `disliked`, `feedback` or `history`, and the item's id."""


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


def sources(record: Mapping[str, Any], parts: UserParts, history: Sequence[Id], encoder: UserEncoder) -> Sources:
    """What the vector of a user is the sum of.

    Args:
        record: The user's record.
        parts: The parts of its vector.
        history: The ids of the items that the user has interacted with, for a user whom the model knows by an id.
        encoder: The encoder that made the parts.
    """
    bundle = encoder.bundle
    found = [(Reason(EVERYONE), parts.nothing)]
    found += _of_items(_folded_in_items(record, bundle), parts.folded_in, bundle)
    for part in parts.features:
        if part.feature.is_id and part.feature.column == bundle.schema.users.id:
            found += _of_items([(HISTORY, key) for key in history], part.vector, bundle)
        elif part.feature.is_history:
            found += _of_history(HISTORY if record.get(LIKED) is None else LIKED, part, encoder)
        elif part.vector.any():
            found.append((_reason(part), part.vector))
    reasons, vectors = zip(*found, strict=True)
    return Sources(reasons, np.array(vectors, dtype=np.float64) / np.linalg.norm(parts.raw.astype(np.float64)))


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


def _reason(part: FeaturePart) -> Reason:
    names = part.feature.groups_of(part.value)
    return Reason(part.feature.column, value=part.value, title=", ".join(names) or None)


def _folded_in_items(record: Mapping[str, Any], bundle: Bundle) -> list[Because]:
    """The items that move a user's vector by folding in."""
    events = [key for key, _ in record.get(FEEDBACK) or ()]
    named = {LIKED: record.get(LIKED), DISLIKED: record.get(DISLIKED), FEEDBACK: events}
    return [each for because, ids in named.items() for each in _each(because, ids, bundle)]


def _each(because: str, ids: Any, bundle: Bundle) -> list[Because]:
    return [(because, item_id(key, bundle.item_schema.id_type, because)) for key in liked_ids(ids, because)]


def _of_history(because: str, part: FeaturePart, encoder: UserEncoder) -> list[tuple[Reason, np.ndarray]]:
    """What each item of a history adds: what it would add alone, of a sum tower over the root of their number."""
    items = _each(because, part.value, encoder.bundle)
    if not items or not part.vector.any():
        return []
    alone = [each.features for each in encoder.parts([{LIKED: [key]} for _, key in items])]
    vectors = np.array([own.vector for each in alone for own in each if own.feature.is_history], dtype=np.float64)
    total = vectors.sum(axis=0)
    vectors *= total @ part.vector / max(total @ total, 1e-12)
    return [(Reason(because, item_id=key), vector) for (_, key), vector in zip(items, vectors, strict=True)]


def _of_items(items: Iterable[Because], part: np.ndarray, bundle: Bundle) -> list[tuple[Reason, np.ndarray]]:
    """`part` float32[dim] as a sum of item vectors with weights: each item's reason and vector, times its weight.

    The weights are those of ridge regression. An item that the model does not know is left out, as is one that counts
    against what it is: a liked item with a weight below 0, or a disliked one above.
    """
    rows, unit = item_vectors(bundle)
    known = [(because, key) for because, key in items if str(key) in rows]
    if not known or not part.any():
        return []
    vectors = unit[[rows[str(key)] for _, key in known]].astype(np.float64)
    vectors[:, free_size(bundle.config.model.tower, bundle.dim) :] = 0
    weights = _ridge(vectors, part)
    return [
        (Reason(because, item_id=key), weight * vector)
        for (because, key), weight, vector in zip(known, weights.tolist(), vectors, strict=True)
        if weight * (-1 if because == DISLIKED else 1) > 0
    ]


def _ridge(vectors: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The weights float64[n] by which `vectors` float64[n, dim] sum up to `part`, or nearly."""
    count, dim = vectors.shape
    decay = DECAY * count
    if count <= dim:
        return np.linalg.solve(vectors @ vectors.T + decay * np.eye(count), vectors @ part)
    return vectors @ np.linalg.solve(vectors.T @ vectors + decay * np.eye(dim), part.astype(np.float64))
