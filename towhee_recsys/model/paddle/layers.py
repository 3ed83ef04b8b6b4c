"""The input layer of each kind of feature: arrays as `FeatureEncoder.encode` gives them, to float32[n, size]."""

from __future__ import annotations

from typing import Any

from towhee_recsys.config.features import CategoriesFeature, Feature, HistoryFeature, NumberFeature, TextFeature
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.numpy_inputs import rows_of
from towhee_recsys.model.paddle.quiet import nn, paddle

EMBEDDING_SPREAD = 0.03
"""Standard deviation of fresh embeddings: small, so that what training never touches says little."""


def spread(times: float = 1.0) -> Any:
    """How fresh weights are drawn."""
    return nn.initializer.Normal(0.0, times * EMBEDDING_SPREAD)


def _fresh() -> Any:
    return paddle.ParamAttr(initializer=spread())


class RowInput(nn.Layer):
    """Ids and categories, int64[n]: an embedding for each row. An unknown id's is 0, where decay pulls the others."""

    def __init__(self, feature: Feature, rows: int, size: int):
        super().__init__()
        unknown = 0 if feature.kind == "id" else None
        self.embedding = nn.Embedding(rows, size, padding_idx=unknown, weight_attr=_fresh())

    def forward(self, rows: paddle.Tensor) -> paddle.Tensor:
        """The embedding of each row."""
        return self.embedding(rows)


class BiasInput(nn.Layer):
    """Ids, int64[n]: how far each goes along `count` learned directions that all share."""

    def __init__(self, rows: int, size: int, count: int):
        super().__init__()
        nothing = paddle.ParamAttr(initializer=nn.initializer.Constant(0.0))
        self.amounts = nn.Embedding(rows, count, weight_attr=nothing)
        self.directions = self.create_parameter([count, size], default_initializer=spread(3))

    def forward(self, rows: paddle.Tensor) -> paddle.Tensor:
        """The directions, as many times as each id says."""
        return paddle.matmul(self.amounts(rows), self.directions)


class SetInput(nn.Layer):
    """Sets, multi-hot float32[n, rows]: the sum of the members' embeddings, or a connected layer with a bias."""

    def __init__(self, feature: CategoriesFeature, rows: int, size: int):
        super().__init__()
        bias = False if feature.pooling == "sum" else None
        self.members = nn.Linear(rows, size, weight_attr=_fresh(), bias_attr=bias)

    def forward(self, hot: paddle.Tensor) -> paddle.Tensor:
        """One vector a set."""
        return self.members(hot)


class TextInput(nn.Layer):
    """Texts, int64[n, length]: word embeddings, a convolution and its maximum over the text, a connected layer.

    A text CNN after Kim 2014, arXiv:1408.5882.
    """

    def __init__(self, feature: TextFeature, rows: int, size: int):
        super().__init__()
        self.embedding = nn.Embedding(rows, feature.size, padding_idx=0, weight_attr=_fresh())
        self.window = feature.window
        self.convolution = nn.Linear(
            feature.window * feature.size,
            feature.filters,
            weight_attr=paddle.ParamAttr(initializer=nn.initializer.KaimingNormal()),
        )
        self.pooling = nn.AdaptiveMaxPool1D(1)  # the backward pass of Tensor.max(axis) is very slow on CPU
        self.connected = nn.Linear(feature.filters, size, weight_attr=_fresh())

    def forward(self, words: paddle.Tensor) -> paddle.Tensor:
        """What the patterns that occur anywhere in the text say."""
        return self.connected(paddle.tanh(self.pooling(self._patterns(words)).squeeze(-1)))

    def _patterns(self, words: paddle.Tensor) -> paddle.Tensor:
        """The convolution as one matrix product with all windows: several times as fast on a CPU as Paddle's."""
        edge = (0 * words[:, :1]).expand([-1, self.window // 2])
        padded = paddle.concat([edge, words, edge], axis=1)
        count = padded.shape[1] - self.window + 1
        windows = paddle.stack([padded[:, first : first + count] for first in range(self.window)], axis=2)
        return self.convolution(self.embedding(windows).flatten(2)).transpose([0, 2, 1])


class HistoryInput(nn.Layer):
    """Items liked, int64[n, length]: the sum of their embeddings over the root of their number."""

    def __init__(self, feature: HistoryFeature, rows: int, size: int):
        super().__init__()
        self.embedding = nn.Embedding(rows, size, padding_idx=0, weight_attr=_fresh())

    def forward(self, items: paddle.Tensor) -> paddle.Tensor:
        """One vector a history; of an empty one zeros."""
        count = (items > 0).astype("float32").sum(axis=1, keepdim=True)
        return self.embedding(items).sum(axis=1) / paddle.sqrt(count + 1e-6)


class NumberInput(nn.Layer):
    """Numbers, float32[n, 1] or float32[n, knots]: along a learned direction, or each between two embeddings."""

    def __init__(self, feature: NumberFeature, rows: int, size: int):
        super().__init__()
        self.directions = nn.Linear(rows, size, weight_attr=_fresh())

    def forward(self, numbers: paddle.Tensor) -> paddle.Tensor:
        """One vector a number."""
        return self.directions(numbers)


INPUTS: dict[str, Any] = {
    "id": RowInput,
    "category": RowInput,
    "categories": SetInput,
    "text": TextInput,
    "history": HistoryInput,
    "number": NumberInput,
}
"""The input layer of each kind of feature."""


def input_layer(side: FeatureEncoder, place: int, size: int) -> nn.Layer:
    """The layer for the feature at `place` of `side`, which gives vectors of `size`."""
    feature = side.features[place]
    return INPUTS[feature.kind](feature, rows_of(side, place), size)
