"""The layer of each kind of feature: arrays as its column encodes them, to float32[n, size].

A column names its layer's class, which is made as `layer(feature, table_rows, size)`. Its `table` is the name of the
weight that has a row for each of the column's values.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any

from towhee_recsys.features import CategoriesFeature, Feature, HistoryFeature, NumberFeature, TextFeature
from towhee_recsys.features.column import Column
from towhee_recsys.features.vocabulary import PADDING, UNKNOWN
from towhee_recsys.model.paddle.quiet import nn, paddle

EMBEDDING_SPREAD = 0.03
"""Standard deviation of fresh embeddings: small, so that rows which training never touches change little."""


def spread(times: float = 1.0) -> Any:
    """The initializer of fresh weights."""
    return nn.initializer.Normal(0.0, times * EMBEDDING_SPREAD)


def feature_layer(column: Column[Any], size: int) -> nn.Layer:
    """A fresh layer for `column`, which gives vectors of `size`."""
    return resolve_name(column.paddle_layer)(column.feature, column.table_rows, size)


def _fresh() -> Any:
    return paddle.ParamAttr(initializer=spread())


class EmbeddingLayer(nn.Layer):
    """Rows, int64[n]: an embedding for each; that of the row `padding`, if there is one, stays 0."""

    table = "embedding.weight"

    def __init__(self, rows: int, size: int, padding: int | None = None):
        super().__init__()
        self.embedding = nn.Embedding(rows, size, padding_idx=padding, weight_attr=_fresh())

    def forward(self, rows: paddle.Tensor) -> paddle.Tensor:
        """The embedding of each row."""
        return self.embedding(rows)


class CategoryLayer(EmbeddingLayer):
    """Categories: an embedding for each, and for the unknown."""

    def __init__(self, feature: Feature, rows: int, size: int):
        super().__init__(rows, size)


class IdLayer(EmbeddingLayer):
    """Ids: an embedding for each. An unknown id's is 0, where decay pulls the others."""

    def __init__(self, feature: Feature, rows: int, size: int):
        super().__init__(rows, size, padding=UNKNOWN)


class BiasLayer(nn.Layer):
    """Ids, int64[n]: how far each moves along `count` learned directions that all share."""

    def __init__(self, rows: int, size: int, count: int):
        super().__init__()
        nothing = paddle.ParamAttr(initializer=nn.initializer.Constant(0.0))
        self.amounts = nn.Embedding(rows, count, weight_attr=nothing)
        self.directions = self.create_parameter([count, size], default_initializer=spread(3))

    def forward(self, rows: paddle.Tensor) -> paddle.Tensor:
        """The directions, times the amounts of each id."""
        return paddle.matmul(self.amounts(rows), self.directions)


class CategoriesLayer(nn.Layer):
    """Sets, multi-hot float32[n, rows]: the sum of the members' embeddings, or a connected layer with a bias."""

    table = "members.weight"

    def __init__(self, feature: CategoriesFeature, rows: int, size: int):
        super().__init__()
        bias = False if feature.pooling == "sum" else None
        self.members = nn.Linear(rows, size, weight_attr=_fresh(), bias_attr=bias)

    def forward(self, hot: paddle.Tensor) -> paddle.Tensor:
        """One vector a set."""
        return self.members(hot)


class TextLayer(nn.Layer):
    """Texts, int64[n, length]: word embeddings, a convolution and its maximum over the text, a connected layer.

    A text CNN after Kim 2014, arXiv:1408.5882.
    """

    table = "embedding.weight"

    def __init__(self, feature: TextFeature, rows: int, size: int):
        super().__init__()
        self.embedding = nn.Embedding(rows, feature.size, padding_idx=PADDING, weight_attr=_fresh())
        self.window = feature.window
        self.convolution = nn.Linear(
            feature.window * feature.size,
            feature.filters,
            weight_attr=paddle.ParamAttr(initializer=nn.initializer.KaimingNormal()),
        )
        self.pooling = nn.AdaptiveMaxPool1D(1)  # the backward pass of Tensor.max(axis) is very slow on CPU
        self.connected = nn.Linear(feature.filters, size, weight_attr=_fresh())

    def forward(self, words: paddle.Tensor) -> paddle.Tensor:
        """One vector a text, of how strongly each pattern occurs anywhere in it."""
        return self.connected(paddle.tanh(self.pooling(self._patterns(words)).squeeze(-1)))

    def _patterns(self, words: paddle.Tensor) -> paddle.Tensor:
        """The convolution as one matrix product with all windows: several times as fast on a CPU as Paddle's."""
        edge = (0 * words[:, :1]).expand([-1, self.window // 2])
        padded = paddle.concat([edge, words, edge], axis=1)
        count = padded.shape[1] - self.window + 1
        windows = paddle.stack([padded[:, first : first + count] for first in range(self.window)], axis=2)
        return self.convolution(self.embedding(windows).flatten(2)).transpose([0, 2, 1])


class HistoryLayer(nn.Layer):
    """Items liked, int64[n, length]: the sum of their embeddings over the root of their number."""

    table = "embedding.weight"

    def __init__(self, feature: HistoryFeature, rows: int, size: int):
        super().__init__()
        self.embedding = nn.Embedding(rows, size, padding_idx=PADDING, weight_attr=_fresh())

    def forward(self, items: paddle.Tensor) -> paddle.Tensor:
        """One vector a history; of an empty one zeros."""
        count = (items > 0).astype("float32").sum(axis=1, keepdim=True)
        return self.embedding(items).sum(axis=1) / paddle.sqrt(count + 1e-6)


class NumberLayer(nn.Layer):
    """Numbers, float32[n, 1] or float32[n, knots]: along a learned direction, or each between two embeddings."""

    table = "directions.weight"

    def __init__(self, feature: NumberFeature, rows: int, size: int):
        super().__init__()
        self.directions = nn.Linear(rows, size, weight_attr=_fresh())

    def forward(self, numbers: paddle.Tensor) -> paddle.Tensor:
        """One vector a number."""
        return self.directions(numbers)
