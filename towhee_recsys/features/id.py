"""The kind `id`: an embedding for each known user or item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from towhee_recsys.features.column import State, VocabularyColumn
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight, lookup, zeros
from towhee_recsys.features.vocabulary import UNKNOWN, Vocabulary


class IdFeature(Feature):
    """The raw id: an embedding for each known id, and one for all unknown ids."""

    kind: Literal["id"] = "id"
    size: int = Field(default=256, ge=1, le=LARGEST_SIZE, description="the embedding's length")

    is_id: ClassVar[bool] = True
    decays: ClassVar[bool] = True


class IdColumn(VocabularyColumn[IdFeature]):
    """Ids: int64[n] rows of an embedding table. A whole number and its text are the same id."""

    paddle_layer = "towhee_recsys.model.paddle.layers.IdLayer"

    @classmethod
    def fit(cls, feature: IdFeature, values: Sequence[Any]) -> State:
        """The distinct ids."""
        return {"values": Vocabulary(value for value in values if value is not None).values}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """The row of each id: int64[n]."""
        for value in values:
            if not isinstance(value, (int, str, np.integer, type(None))) or isinstance(value, bool):
                raise self.refused(value, "a whole number or a text")
        return self.vocabulary.rows(values)

    def layer(self, size: int, weight: Weight) -> Layer:
        """The embedding of each row; the unknown's is 0, where decay pulls the others."""
        table = weight("embedding.weight", self.table_rows, size)
        table[UNKNOWN] = 0
        return Layer(lookup, table, zeros(size))
