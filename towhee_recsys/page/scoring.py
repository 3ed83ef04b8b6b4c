"""What a browser needs to score items: their vectors in 8 bits, and the parts that a user's vector is the sum of."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.bundle import Bundle, UserEncoder, item_variances, popular_items
from towhee_recsys.bundle.towers import item_vectors, loaded
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id
from towhee_recsys.features.liked import DISLIKED, LIKED

COUNTS = (1, 2, 4, 8, 16)
"""Numbers of liked or disliked items for which their weight is fitted."""

DRAWS = 24
"""Random sets of items of each number."""


def item_arrays(vectors: np.ndarray) -> dict[str, Any]:
    """Unit vectors float32[n, dim] as whole numbers from -127 to 127, with the length of 1 for each vector."""
    scales = np.abs(vectors).max(axis=1, initial=1e-12) / 127
    return {
        "dim": vectors.shape[1],
        "vectors": _packed(np.rint(vectors / scales[:, None]).astype(np.int8)),
        "scales": _packed(scales.astype("<f4")),
        "mean": _packed(vectors.mean(axis=0).astype("<f4")),
    }


def user_parts(bundle: Bundle, columns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The raw vector of a user of whom nothing is known, and what each value of the choices in `columns` adds to it.

    A tower is a sum over features, so that these add up to the vector of every described user; those to predict
    ratings with are `rating`, where they are others.
    """
    records: list[dict[str, Any]] = [{}]
    records += [{each["column"]: option["value"]} for each in columns for option in each["options"]]
    encoded = UserEncoder(bundle, "general")(records)
    parts = {"search": _packed(_differences(encoded.search))}
    if encoded.rating is not None:
        parts["rating"] = _packed(_differences(encoded.rating))
    return parts


def opinion_weights(bundle: Bundle) -> dict[str, list[list[float]]]:
    """For `liked` and for `disliked` items, [number, weight] pairs with rising numbers.

    So many items move a user's raw vector by about weight * (their mean - the mean item). The weights are fitted to how
    the model itself reads random sets of items.
    """
    rows, vectors = item_vectors(bundle)
    ids, id_type = list(rows), bundle.item_schema.id_type
    rng, encode = np.random.default_rng(bundle.manifest.seed), UserEncoder(bundle, "general")
    mean, nothing = vectors.mean(axis=0), encode({}).search
    weights: dict[str, list[list[float]]] = {LIKED: [], DISLIKED: []}
    for count in (each for each in COUNTS if each <= len(ids)):
        sets = [rng.choice(len(ids), count, replace=False) for _ in range(DRAWS)]
        directions = np.array([vectors[chosen].mean(axis=0) - mean for chosen in sets])
        for field, found in weights.items():
            keys = [[item_id(ids[row], id_type, field) for row in chosen] for chosen in sets]
            moved = encode([{field: each} for each in keys]).search - nothing
            found.append([count, float((moved * directions).sum() / max((directions**2).sum(), 1e-12))])
    return weights


def popularity(bundle: Bundle, ids: Sequence[Id]) -> list[float]:
    """The popularity of each of `ids`, from 0 to 1, that of the most popular item."""
    popular = popular_items(bundle)
    return [round(popular.get(key, 0.0), 4) for key in ids]


def variances(bundle: Bundle, ids: Sequence[Id]) -> dict[str, list[float]] | None:
    """How sure predicted ratings are; None where the model does not know it.

    `users` has the variance for a usual item, of users with 0, 1, 2, … liked or disliked items, and `items` what each
    of `ids` multiplies it by.
    """
    of_items, known = item_variances(bundle), list(loaded(bundle, "item").rows)
    liked = [{LIKED: known[:count]} for count in range(min(len(known), COUNTS[-1]) + 1)]
    of_users = UserEncoder(bundle, "general").variances(liked)
    if of_items is None or of_users is None:
        return None
    return {"users": np.round(of_users, 4).tolist(), "items": [round(of_items.of(key), 4) for key in ids]}


def _differences(vectors: np.ndarray) -> np.ndarray:
    """The first vector, and the others without it."""
    return np.concatenate([vectors[:1], vectors[1:] - vectors[:1]]).astype("<f4")


def _packed(array: np.ndarray) -> str:
    return b64encode(array.tobytes()).decode()
