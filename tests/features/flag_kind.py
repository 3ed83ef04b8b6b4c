"""A kind of feature that the library does not have: its file, and the line that registers it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from towhee_recsys.features import KINDS, Feature, FeatureKind
from towhee_recsys.features.column import Column, State
from towhee_recsys.features.layer import Layer, Weight, lookup, zeros


class FlagFeature(Feature):
    """Whether a value is at least as large as `least`."""

    kind: Literal["flag"] = "flag"
    size: int = 4
    least: float

    decays: ClassVar[bool] = True


class FlagColumn(Column[FlagFeature]):
    """int64[n]: 0 for what is missing, 1 for smaller values, 2 for the others."""

    paddle_layer = "towhee_recsys.model.paddle.layers.CategoryLayer"

    @classmethod
    def fit(cls, feature: FlagFeature, values: Sequence[Any]) -> State:
        return {}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        return np.array([0 if value is None else 1 + (value >= self.feature.least) for value in values], dtype=np.int64)

    @property
    def table_rows(self) -> int:
        return 3

    def layer(self, size: int, weight: Weight) -> Layer:
        return Layer(lookup, weight("embedding.weight", 3, size), zeros(size))


KINDS["flag"] = FeatureKind(FlagFeature, FlagColumn)
