"""The towers: declared features in, one raw vector out.

After the fusion model of PaddlePaddle's book, chapter 05.recommender_system (https://github.com/PaddlePaddle/book):
each feature has a layer of its own, they are joined, and a fully connected layer gives the vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee_recsys.config.features import CategoriesFeature, Feature, TextFeature
from towhee_recsys.features import Side
from towhee_recsys.model.quiet_paddle import nn, paddle

EMBEDDING_SPREAD = 0.05
"""Standard deviation of fresh embeddings: small, so that what training never touches says little."""


def _table(rows: int, size: int, padding: int | None = None) -> nn.Embedding:
    spread = paddle.ParamAttr(initializer=nn.initializer.Normal(0.0, EMBEDDING_SPREAD))
    return nn.Embedding(rows, size, padding_idx=padding, weight_attr=spread)


class RowInput(nn.Layer):
    """Ids and categories: int64[n] -> float32[n, size]."""

    def __init__(self, feature: Any, rows: int):
        super().__init__()
        self.size = feature.size
        self.embedding = _table(rows, feature.size)

    def forward(self, rows: paddle.Tensor) -> paddle.Tensor:
        """The embedding of each row."""
        return self.embedding(rows)


class SetInput(nn.Layer):
    """Sets: a multi-hot float32[n, rows] -> float32[n, size]."""

    def __init__(self, feature: CategoriesFeature, rows: int):
        super().__init__()
        self.size = feature.size
        spread = paddle.ParamAttr(initializer=nn.initializer.Normal(0.0, EMBEDDING_SPREAD))
        if feature.pooling == "sum":
            self.members = nn.Linear(rows, feature.size, weight_attr=spread, bias_attr=False)
        else:
            self.members = nn.Linear(rows, feature.size)

    def forward(self, hot: paddle.Tensor) -> paddle.Tensor:
        """The sum of the members' embeddings, or the fully connected layer's answer."""
        return self.members(hot)


class TextInput(nn.Layer):
    """Texts: int64[n, length] -> float32[n, filters], by a convolution and its maximum over the text."""

    def __init__(self, feature: TextFeature, rows: int):
        super().__init__()
        self.size = feature.filters
        self.embedding = _table(rows, feature.size, padding=0)
        self.convolution = nn.Conv1D(feature.size, feature.filters, feature.window, padding=feature.window // 2)
        self.pooling = nn.AdaptiveMaxPool1D(1)  # the backward pass of Tensor.max(axis) is very slow on CPU

    def forward(self, words: paddle.Tensor) -> paddle.Tensor:
        """How strongly each pattern occurs anywhere in the text."""
        patterns = self.convolution(self.embedding(words).transpose([0, 2, 1]))
        return paddle.tanh(self.pooling(patterns).squeeze(-1))


class NumberInput(nn.Layer):
    """Numbers: float32[n, 1] -> float32[n, size]."""

    def __init__(self, feature: Any, rows: int):
        super().__init__()
        self.size = feature.size
        self.spread = nn.Linear(1, feature.size)

    def forward(self, numbers: paddle.Tensor) -> paddle.Tensor:
        """The number along `size` learned directions."""
        return self.spread(numbers)


INPUTS: dict[str, Any] = {
    "id": RowInput,
    "category": RowInput,
    "categories": SetInput,
    "text": TextInput,
    "number": NumberInput,
}
"""The input layer of each kind of feature."""


class Tower(nn.Layer):
    """All features of one side, each through its own layers, joined into a raw vector float32[n, size]."""

    def __init__(self, side: Side, size: int):
        super().__init__()
        self.inputs = nn.LayerList(_inputs(side))
        self.own = nn.LayerList([nn.Linear(each.size, each.size) for each in self.inputs])
        self.join = nn.Linear(sum(each.size for each in self.inputs), size)

    def forward(self, arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """One vector for each line of `arrays`, which stand in the order of the declared features."""
        layers = zip(self.inputs, self.own, arrays)  # noqa: B905  (Paddle's export knows no `strict`)
        parts = [own(given(array)) for given, own, array in layers]
        return self.join(paddle.tanh(paddle.concat(parts, axis=1)))


def _inputs(side: Side) -> Sequence[nn.Layer]:
    return [
        INPUTS[feature.kind](feature, _rows(feature, column.state))
        for feature, column in zip(side.features, side.columns, strict=True)
    ]


def _rows(feature: Feature, state: dict[str, Any]) -> int:
    known = len(state.get("values", ()))
    return known + (2 if feature.kind == "text" else 1)  # the unknown's row, and for texts the padding
