"""The kind `history`: the items that a user likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from towhee_recsys.features.column import State, VocabularyColumn
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight, lookup, zeros
from towhee_recsys.features.liked import LIKED, liked_ids
from towhee_recsys.features.vocabulary import PADDING, UNKNOWN, Vocabulary


class HistoryFeature(Feature):
    """Items that the user likes: the sum of their ids' embeddings, divided by the root of their number.

    Training fills it from the training part, so that its column, which is always `liked`, need not be in the data.
    """

    kind: Literal["history"] = "history"
    column: str = Field(default=LIKED, description="always liked: the field of a request with liked items")
    size: int = Field(default=256, ge=1, le=LARGEST_SIZE, description="the embedding's length, in a joined tower")
    length: int = Field(default=64, ge=1, le=4096, description="items read; of longer histories the last")

    is_history: ClassVar[bool] = True
    decays: ClassVar[bool] = True

    @field_validator("column")
    @classmethod
    def _as_in_requests(cls, given: str) -> str:
        if given != LIKED:
            raise ValueError(f"given {given!r}, accepted: {LIKED}, the field of requests; leave the column out")
        return given


class HistoryColumn(VocabularyColumn[HistoryFeature]):
    """Items liked: int64[n, length] rows of items; row 0 is padding. Items that are not known are left out."""

    paddle_layer = "towhee_recsys.model.paddle.layers.HistoryLayer"

    @classmethod
    def fit(cls, feature: HistoryFeature, values: Sequence[Any]) -> State:
        """The distinct items of all histories."""
        return {"values": Vocabulary(item for items in values if items is not None for item in items).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The last `length` items of each history, padded at the end: int64[n, length]."""
        rows = np.zeros((len(values), self.feature.length), dtype=np.int64)
        for line, items in zip(rows, values, strict=True):
            found = self.known_rows(liked_ids(items, self.feature.column))[-self.feature.length :]
            line[: len(found)] = found
        return rows

    def known_rows(self, ids: Sequence[Any]) -> np.ndarray:
        """The rows of those of `ids` that are known, int64[m]."""
        found = self.vocabulary.rows(ids)
        return found[found != UNKNOWN]

    def decode(self, line: np.ndarray) -> list[str]:
        """The ids of the items as text, those that were read."""
        return [self.vocabulary.values[row - 1] for row in line[line != PADDING].tolist()]

    def layer(self, size: int, weight: Weight) -> Layer:
        """The sum of the items' embeddings, divided by the root of their number."""
        table = weight("embedding.weight", self.table_rows, size)
        table[PADDING] = 0
        return Layer(_over_root, table, zeros(size))


def _over_root(items: np.ndarray, table: np.ndarray) -> np.ndarray:
    count = np.count_nonzero(items, axis=1).astype(np.float32)
    return lookup(items, table).sum(axis=1) / np.sqrt(count + np.float32(1e-6))[:, None]
