"""What a user's vector is the sum of: the vectors by which reasons have their shares.

The raw vector is a sum of that of a user of whom nothing is known, what each known column adds, and what the user's
items add. What the items add together is one vector, such as that of the user's id: it is written as a sum of these
items' own vectors with weights, by ridge regression; what these cannot explain is in the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, FeaturePart, UserEncoder, UserParts, item_vectors
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id
from towhee_recsys.features.liked import DISLIKED, FEEDBACK, LIKED, feedback_of, liked_of
from towhee_recsys.model.towers import free_size
from towhee_recsys.requests.reasons import EVERYONE, HISTORY, Reason, Sources

DECAY = 0.02
"""How strongly the weights of a user's items are pulled to 0, times the number of items. With it, the items of known
users of MovieLens 1M explain 0.85 to 1.07 of the share of the user's id, and few of them count against it."""

Because = tuple[str, Id]
"""What an item is to the user, `liked`, `disliked`, `feedback` or `history`, and the item's id."""

Source = tuple[Reason, np.ndarray]
"""A reason without its share, and what it adds to the user's raw vector, float[dim]."""


def sources(record: Mapping[str, Any], parts: UserParts, history: Sequence[Id], encoder: UserEncoder) -> Sources:
    """What the vector of a user is the sum of.

    Args:
        record: The user's record.
        parts: The parts of its vector.
        history: The ids of the items that the user has interacted with, for a user whom the model knows by an id.
        encoder: The encoder that made the parts.
    """
    bundle = encoder.bundle
    found: list[Source] = [(Reason(EVERYONE), parts.nothing)]
    found += _of_items(_new_items(record, bundle), parts.folded_in, bundle)
    for part in parts.features:
        if part.feature.is_id and part.feature.column == bundle.schema.users.id:
            found += _of_items([(HISTORY, key) for key in history], part.vector, bundle)
        elif part.feature.is_history:
            found += _of_history(record, part, encoder)
        elif part.vector.any():
            found.append((_reason(part), part.vector))
    reasons, vectors = zip(*_each_item_once(found), strict=True)
    return Sources(reasons, np.array(vectors, dtype=np.float64) / np.linalg.norm(parts.raw.astype(np.float64)))


def _each_item_once(found: Iterable[Source]) -> list[Source]:
    """`found`, where an item that is in it twice, as liked and seen, has the first reason and both vectors."""
    merged: dict[Any, Source] = {}
    for reason, vector in found:
        key = reason.because if reason.item_id is None else (reason.item_id,)
        first, sum_before = merged.get(key, (reason, np.zeros(1)))
        merged[key] = first, sum_before + vector
    return list(merged.values())


def _reason(part: FeaturePart) -> Reason:
    names = part.feature.groups_of(part.value)
    return Reason(part.feature.column, value=part.value, title=", ".join(names) or None)


def _new_items(record: Mapping[str, Any], bundle: Bundle) -> list[Because]:
    """The items in a record: those that move the user's vector by folding in, or are added to the history."""
    named = {LIKED: liked_of(record), DISLIKED: liked_of(record, DISLIKED), FEEDBACK: dict(feedback_of(record))}
    return list({key: (because, key) for because, ids in reversed(named.items()) for key in _ids(ids, bundle)}.values())


def _ids(given: Iterable[Any], bundle: Bundle) -> list[Id]:
    return [item_id(key, bundle.item_schema.id_type, LIKED) for key in given]


def _of_items(items: Iterable[Because], part: np.ndarray, bundle: Bundle) -> list[Source]:
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


def _of_history(record: Mapping[str, Any], part: FeaturePart, encoder: UserEncoder) -> list[Source]:
    """What each item of a history adds: what it would add alone, of a sum tower over the root of their number."""
    ids = _ids(part.value, encoder.bundle)
    if not ids or not part.vector.any():
        return []
    named = {key: because for because, key in _new_items(record, encoder.bundle)}
    alone = [each.features for each in encoder.parts([{LIKED: [key]} for key in ids])]
    vectors = np.array([own.vector for each in alone for own in each if own.feature.is_history], dtype=np.float64)
    total = vectors.sum(axis=0)
    vectors *= total @ part.vector / max(total @ total, 1e-12)
    reasons = [Reason(named.get(key, HISTORY), item_id=key) for key in ids]
    return list(zip(reasons, vectors, strict=True))


def _ridge(vectors: np.ndarray, part: np.ndarray) -> np.ndarray:
    """The weights float64[n] by which `vectors` float64[n, dim] sum up to `part`, or nearly."""
    count, dim = vectors.shape
    decay = DECAY * count
    if count <= dim:
        return np.linalg.solve(vectors @ vectors.T + decay * np.eye(count), vectors @ part)
    return vectors @ np.linalg.solve(vectors.T @ vectors + decay * np.eye(dim), part.astype(np.float64))
