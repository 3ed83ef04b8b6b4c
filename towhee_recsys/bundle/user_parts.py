"""A user's vector as the sum of what each known fact of the user adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.features import Feature, FeatureEncoder, Record
from towhee_recsys.features.column import Column
from towhee_recsys.features.encoder import plain
from towhee_recsys.model.towers import NumpyTower


@dataclass(frozen=True, eq=False)
class FeaturePart:
    """What one feature adds: 0 where nothing is known of it.

    Attributes:
        feature: The declaration.
        value: The record's value, or that which training knew; None where there is none. Of a history
            the items that are read.
        vector: How far it moves the raw vector of a user of whom nothing is known, float32[dim].
    """

    feature: Feature
    value: Any
    vector: np.ndarray


@dataclass(frozen=True, eq=False)
class UserParts:
    """A raw vector to search with, which is the sum of `nothing`, the features' vectors and `folded_in`.

    Attributes:
        raw: The raw vector, float32[dim].
        nothing: That of a user of whom nothing is known, float32[dim].
        features: The parts of the declared features, in their order.
        folded_in: How far folding in has moved the vector, float32[dim]; 0 where nothing was folded in.
    """

    raw: np.ndarray
    nothing: np.ndarray
    features: list[FeaturePart]
    folded_in: np.ndarray


def user_parts(
    records: Sequence[Record],
    arrays: Sequence[np.ndarray],
    nothing: Sequence[np.ndarray],
    unfolded: np.ndarray,
    raw: np.ndarray,
    encoder: FeatureEncoder,
    tower: NumpyTower,
) -> list[UserParts]:
    """The parts of each record's vector `raw` float32[n, dim], of which folding in is one.

    Either tower is a sum over the features, so that what a feature adds does not depend on the others.

    Args:
        records: The records.
        arrays: The records' arrays, one a feature.
        nothing: The arrays of {}.
        unfolded: The raw vectors before anything was folded in, float32[n, dim].
        raw: The raw vectors, with what was folded in.
        encoder: The fitted features.
        tower: The tower.
    """
    base = tower(nothing)[0]
    none_known = [np.repeat(each, len(records), axis=0) for each in nothing]
    vectors = [
        tower([*none_known[:index], array, *none_known[index + 1 :]]) - base for index, array in enumerate(arrays)
    ]

    def features(row: int, record: Record) -> list[FeaturePart]:
        each = zip(encoder.columns, arrays, vectors, strict=True)
        return [
            FeaturePart(column.feature, _value(record, column, own[row]), added[row]) for column, own, added in each
        ]

    return [
        UserParts(raw[row], base, features(row, record), raw[row] - unfolded[row]) for row, record in enumerate(records)
    ]


def _value(record: Record, column: Column[Any], line: np.ndarray) -> Any:
    given = plain(record.get(column.feature.column))
    if given is None or column.feature.is_history:
        return column.decode(line)
    return given.item() if isinstance(given, np.generic) else given  # as JSON takes it
