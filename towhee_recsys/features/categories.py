"""The kind `categories`: a set of values, such as tags."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from towhee_recsys.features.column import Similarity, State, VocabularyColumn
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight, zeros
from towhee_recsys.features.vocabulary import UNKNOWN, Vocabulary


class CategoriesFeature(Feature):
    """A set of values, such as tags."""

    kind: Literal["categories"] = "categories"
    size: int = Field(
        default=32, ge=1, le=LARGEST_SIZE, description="the length of the embeddings or of the connected layer"
    )
    pooling: Literal["sum", "multi_hot"] = Field(
        default="multi_hot", description="summed embeddings, or a connected layer"
    )

    learns_unknown: ClassVar[bool] = True
    grouping: ClassVar[Literal["none", "one", "several"]] = "several"

    def groups_of(self, value: Any) -> list[str]:
        """The members."""
        return list(map(str, value)) if _is_set(value) else []


class CategoriesColumn(VocabularyColumn[CategoriesFeature]):
    """Sets of texts: float32[n, rows], a 1 for each member; a set without any known member counts as unknown."""

    paddle_layer = "towhee_recsys.model.paddle.layers.CategoriesLayer"

    @classmethod
    def fit(cls, feature: CategoriesFeature, values: Sequence[Any]) -> State:
        """The distinct members of all sets."""
        return {"values": Vocabulary(member for members in values if _is_set(members) for member in members).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """One multi-hot line a set: float32[n, rows]."""
        sets = [self._checked(members) for members in values]
        lengths = np.fromiter(map(len, sets), np.int64, len(sets))
        hot = np.zeros((len(sets), len(self.vocabulary)), dtype=np.float32)
        hot[np.repeat(np.arange(len(sets)), lengths), self.vocabulary.rows(chain.from_iterable(sets))] = 1
        hot[lengths == 0, UNKNOWN] = 1
        return hot

    def linear(self, encoded: np.ndarray) -> np.ndarray:
        """The encoded values as they are."""
        return encoded

    def decode(self, line: np.ndarray) -> Any:
        """The known members of the set."""
        return [self.vocabulary.values[row - 1] for row in np.flatnonzero(line).tolist() if row != UNKNOWN] or None

    def unknown_values(self, value: Any) -> list[str]:
        """The members that training never met.

        Raises:
            QueryError: the value is not acceptable.
        """
        return [member for member in self._checked(value) if member not in self.vocabulary]

    def layer(self, size: int, weight: Weight) -> Layer:
        """The sum of the members' embeddings, with a bias unless the pooling is `sum`."""
        bias = zeros(size) if self.feature.pooling == "sum" else weight("members.bias", size)
        return Layer(np.matmul, weight("members.weight", self.table_rows, size), bias)

    def similarity(self, others: np.ndarray) -> Similarity:
        """The share of known members that two sets have in common (Jaccard 1901)."""
        known = others[:, UNKNOWN + 1 :]
        sizes = known.sum(axis=1)

        def jaccard(sets: np.ndarray) -> np.ndarray:
            own = sets[:, UNKNOWN + 1 :]
            shared = own @ known.T
            return np.asarray(shared / np.maximum(own.sum(axis=1)[:, None] + sizes - shared, 1))

        return jaccard

    def _checked(self, members: Any) -> Collection[str]:
        if members is None:
            return ()
        if not _is_set(members) or not all(isinstance(member, str) for member in members):
            raise self.refused(members, "a list of texts")
        return members


def _is_set(members: Any) -> bool:
    return isinstance(members, Collection) and not isinstance(members, str) and getattr(members, "ndim", 1) == 1
