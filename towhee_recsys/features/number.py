"""The kind `number`: one line through all values, or straight lines between knots."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import Field

from towhee_recsys.features.column import Column, Similarity, State
from towhee_recsys.features.feature import LARGEST_SIZE, Feature
from towhee_recsys.features.layer import Layer, Weight

LARGEST = 1e30
"""Numbers stay below it, so that they fit into float32."""


class NumberFeature(Feature):
    """A number, standardised by its training mean and deviation; or between knots, with an embedding at each."""

    kind: Literal["number"] = "number"
    size: int = Field(
        default=8, ge=1, le=LARGEST_SIZE, description="the length of its connected layer, in a joined tower"
    )
    knots: int | None = Field(
        default=None,
        ge=2,
        le=4096,
        description="embeddings at so many quantiles, straight lines between; left out: one line",
    )

    def from_text(self, text: str) -> float:
        """The number that the text is.

        Raises:
            ValueError: the text is not a number.
        """
        return float(text)


class NumberColumn(Column[NumberFeature]):
    """Numbers: float32[n, 1], standardised, or float32[n, knots], how near each knot is; a missing one is the mean."""

    paddle_layer = "towhee_recsys.model.paddle.layers.NumberLayer"

    def __init__(self, feature: NumberFeature, state: Mapping[str, Any]):
        super().__init__(feature, state)
        numbers = [self.state["mean"], self.state["deviation"], *self.state.get("knots", ())]
        if not all(map(math.isfinite, numbers)) or self.state["deviation"] <= 0:
            raise ValueError(f"{state} are not a mean, a deviation above 0 and knots")

    @classmethod
    def fit(cls, feature: NumberFeature, values: Sequence[Any]) -> State:
        """Mean and standard deviation of the values that are there, and where the knots lie: at distinct quantiles."""
        known = np.array([value for value in values if _is_number(value)], dtype=np.float64)
        mean, deviation = (float(known.mean()), float(known.std())) if len(known) else (0.0, 0.0)
        spread = deviation > 1e-9 * abs(mean)  # equal numbers deviate by rounding alone
        state = {"mean": mean, "deviation": deviation if spread else 1.0}
        if feature.knots is None:
            return state
        quantiles = np.quantile(known if len(known) else np.zeros(1), np.linspace(0, 1, feature.knots))
        return state | {"knots": np.unique(quantiles).tolist()}

    def encode(self, values: Sequence[Any]) -> np.ndarray:
        """Deviations from the mean, float32[n, 1]; or weights of the two knots around each, float32[n, knots]."""
        mean = self.state["mean"]
        numbers = np.array([self._number(value, mean) for value in values], dtype=np.float64).reshape(-1, 1)
        if "knots" not in self.state:
            return ((numbers - mean) / self.state["deviation"]).astype(np.float32)
        knots = self.state["knots"]
        positions = np.interp(numbers, knots, np.arange(len(knots)))
        return np.maximum(0, 1 - np.abs(positions - np.arange(len(knots)))).astype(np.float32)

    def linear(self, encoded: np.ndarray) -> np.ndarray:
        """The encoded values as they are."""
        return encoded

    def decode(self, line: np.ndarray) -> float:
        """The number, up to rounding; of one beyond the outermost knots the nearest knot."""
        if "knots" in self.state:
            return float(line @ np.array(self.state["knots"]))
        return float(line[0] * self.state["deviation"] + self.state["mean"])

    @property
    def table_rows(self) -> int:
        """The number of knots; 1 where there are none."""
        return len(self.state.get("knots", [0]))

    def layer(self, size: int, weight: Weight) -> Layer:
        """A step along a learned direction, or each number between two embeddings."""
        return Layer(np.matmul, weight("directions.weight", self.table_rows, size), weight("directions.bias", size))

    def similarity(self, others: np.ndarray) -> Similarity:
        """exp(-distance): distances are in deviations or, between knots, in quarters of the way from first to last.

        A missing number is the mean, here as elsewhere.
        """
        there = self._positions(others)
        return lambda numbers: np.exp(-np.abs(self._positions(numbers)[:, None] - there))

    def _positions(self, encoded: np.ndarray) -> np.ndarray:
        knots = encoded.shape[1]
        if "knots" not in self.state:
            return encoded[:, 0]
        return encoded @ (np.arange(knots, dtype=np.float32) * 4 / max(1, knots - 1))

    def _number(self, value: Any, missing: float) -> float:
        if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
            return missing
        if not _is_number(value):
            raise self.refused(value, "a number")
        return float(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        return False
    return -LARGEST < (value if isinstance(value, int) else float(value)) < LARGEST
