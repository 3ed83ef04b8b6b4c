"""The input layers of inputs.py in NumPy, for queries: what they say, without PaddlePaddle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.config.features import CategoriesFeature, Feature, HistoryFeature, NumberFeature, TextFeature
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.vocabulary import UNKNOWN

Weight = Callable[..., np.ndarray]
"""Gives the weight of a name as a fresh float32 array of a shape, `weight("join.bias", 256)`, or raises an error."""

PADDING = 0
"""The row of a text's or a history's end: it says nothing."""


@dataclass(frozen=True)
class Layer:
    """`read(array, table) + bias`, where what is read is linear in `table` float32[rows, size].

    So whatever linear follows can be folded into `table` and `bias` float32[size] in advance.
    """

    read: Callable[[np.ndarray, np.ndarray], np.ndarray]
    table: np.ndarray
    bias: np.ndarray

    def __call__(self, array: np.ndarray) -> np.ndarray:
        """One vector for each line of `array`: float32[n, size]."""
        return self.read(array, self.table) + self.bias

    def then(self, weight: np.ndarray, bias: np.ndarray) -> Layer:
        """This layer and a connected one after it, as one."""
        return Layer(self.read, self.table @ weight, self.bias @ weight + bias)


def pick(rows: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The table's line of each row."""
    return table.take(rows, axis=0)


def rows_of(side: FeatureEncoder, place: int) -> int:
    """How many rows the table of the feature at `place` has: all that its column may ask for."""
    feature, column = side.features[place], side.columns[place]
    if isinstance(feature, NumberFeature):
        return len(column.state.get("knots", [0]))
    vocabulary: Any = column
    return len(vocabulary.vocabulary) + (feature.kind == "text")  # a text has a row for padding, too


def input_layer(side: FeatureEncoder, place: int, size: int, weight: Weight) -> Layer:
    """The layer for the feature at `place` of `side`, which gives vectors of `size`."""
    feature = side.features[place]
    return LAYERS[feature.kind](feature, rows_of(side, place), size, within(weight, f"inputs.{place}."))


def within(weight: Weight, prefix: str) -> Weight:
    """The weights whose names begin with `prefix`, by the rest of their names."""
    return lambda name, *shape: weight(prefix + name, *shape)


def _rows(feature: Feature, rows: int, size: int, weight: Weight) -> Layer:
    table = weight("embedding.weight", rows, size)
    if feature.kind == "id":
        table[UNKNOWN] = 0
    return Layer(pick, table, _nothing(size))


def _set(feature: CategoriesFeature, rows: int, size: int, weight: Weight) -> Layer:
    bias = _nothing(size) if feature.pooling == "sum" else weight("members.bias", size)
    return Layer(np.matmul, weight("members.weight", rows, size), bias)


def _text(feature: TextFeature, rows: int, size: int, weight: Weight) -> Layer:
    patterns = _patterns(feature, rows, weight)
    connected = weight("connected.weight", feature.filters, size), weight("connected.bias", size)
    return Layer(lambda words, table: patterns(words) @ table, *connected)


def _patterns(feature: TextFeature, rows: int, weight: Weight) -> Callable[[np.ndarray], np.ndarray]:
    """How strongly each pattern occurs in texts int64[n, length]: float32[n, filters].

    What a word says at each place of a window is computed here, once, so that a window is a sum of `window` lines.
    """
    window, edge = feature.window, feature.window // 2
    words = weight("embedding.weight", rows, feature.size)
    words[PADDING] = 0
    convolution = weight("convolution.weight", window * feature.size, feature.filters)
    said = np.matmul(words, convolution.reshape(window, feature.size, feature.filters))
    bias = weight("convolution.bias", feature.filters)

    def patterns(texts: np.ndarray) -> np.ndarray:
        padded = np.full((len(texts), texts.shape[1] + 2 * edge), PADDING)
        padded[:, edge : edge + texts.shape[1]] = texts
        count = padded.shape[1] - window + 1
        found = pick(padded[:, :count], said[0])
        for place in range(1, window):
            found += pick(padded[:, place : place + count], said[place])
        return np.tanh(found.max(axis=1) + bias)

    return patterns


def _history(feature: HistoryFeature, rows: int, size: int, weight: Weight) -> Layer:
    table = weight("embedding.weight", rows, size)
    table[PADDING] = 0
    return Layer(_over_root, table, _nothing(size))


def _over_root(items: np.ndarray, table: np.ndarray) -> np.ndarray:
    """The sum of the items' lines over the root of their number."""
    count = np.count_nonzero(items, axis=1).astype(np.float32)
    return pick(items, table).sum(axis=1) / np.sqrt(count + np.float32(1e-6))[:, None]


def _number(feature: NumberFeature, rows: int, size: int, weight: Weight) -> Layer:
    return Layer(np.matmul, weight("directions.weight", rows, size), weight("directions.bias", size))


def _nothing(size: int) -> np.ndarray:
    return np.zeros(size, dtype=np.float32)


LAYERS: dict[str, Any] = {
    "id": _rows,
    "category": _rows,
    "categories": _set,
    "text": _text,
    "history": _history,
    "number": _number,
}
"""What makes the layer of each kind of feature."""
