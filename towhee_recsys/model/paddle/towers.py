"""The towers: declared features in, one raw vector float32[n, size] out.

`JoinedTower` is the fusion model of PaddlePaddle's book, chapter 05.recommender_system
(https://github.com/PaddlePaddle/book). `SumTower` learns more from the same features: see the docs of objectives.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.features.vocabulary import UNKNOWN
from towhee_recsys.model.paddle.layers import BiasLayer, feature_layer, spread
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.towers import DIRECTIONS, NORM_DIMS, Role


class Tower(nn.Layer, ABC):
    """A layer for each feature, whose outputs are combined to a raw vector."""

    inputs: nn.LayerList

    @property
    def tables(self) -> dict[str, int]:
        """The weights with a row for each value of a feature: their names, with the feature's index."""
        return {f"inputs.{index}.{layer.table}": index for index, layer in enumerate(self.inputs)}

    @property
    def bias_tables(self) -> dict[str, int]:
        """The weights with the biases of each id, likewise."""
        return {}

    def forward(self, arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """One raw vector for each line of `arrays`, which are in the order of the declared features."""
        return self.combine(self.feature_outputs(arrays), arrays)

    def feature_outputs(
        self, arrays: Sequence[paddle.Tensor], known: Mapping[int, paddle.Tensor] | None = None
    ) -> list[paddle.Tensor]:
        """The output of each feature's layer: a vector for each line.

        Outputs in `known`, by the features' indices, are taken as they are instead of computed.
        """
        known = known or {}
        layers = enumerate(zip(self.inputs, arrays, strict=True))
        return [known[index] if index in known else layer(array) for index, (layer, array) in layers]

    @abstractmethod
    def combine(self, outputs: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The raw vectors, from the outputs of the features' layers."""

    def set_unseen_ids(self, arrays: Sequence[np.ndarray], seen: np.ndarray) -> None:
        """Sets the weights of ids without interactions: `seen` int64[interactions] are their lines of `arrays`."""


class SumTower(Tower):
    """The sum of the features' outputs, a free vector x, with its norm preserved: users [x, 0, 1], items [x, 1, 0].

    Normalised, two such vectors have the cosine x·y / sqrt((1 + |x|²)(1 + |y|²)): the length of x, which plain
    normalising discards, is the confidence of the tower, so that little is predicted where little is known.
    The turn of inner product into cosine is that of Bachrach et al. 2014, doi:10.1145/2645710.2645741.

    An id also moves x along one or two directions that all ids of its tower share, by amounts that no decay pulls to 0:
    who rates high and what is rated high, the biases of matrix factorisation (Koren et al. 2009,
    doi:10.1109/MC.2009.263), and what many see.
    """

    def __init__(self, encoder: FeatureEncoder, size: int, role: Role):
        super().__init__()
        free, columns = size - NORM_DIMS, encoder.columns
        self.inputs = nn.LayerList([feature_layer(column, free) for column in columns])
        self.base_vector = self.create_parameter([free], default_initializer=spread())
        self.ids = [index for index, feature in enumerate(encoder.features) if feature.is_id]
        self.biases = nn.LayerList([BiasLayer(columns[index].table_rows, free, DIRECTIONS[role]) for index in self.ids])
        self.role = role

    @property
    def bias_tables(self) -> dict[str, int]:
        """The amounts by which each id moves along the directions that all share."""
        return {f"biases.{number}.amounts.weight": index for number, index in enumerate(self.ids)}

    def set_unseen_ids(self, arrays: Sequence[np.ndarray], seen: np.ndarray) -> None:
        """Gives an unknown id the biases that an interaction's id has on average: it may be any. A known one without
        interactions gets the mean biases of those with the fewest, and no embedding.
        """
        for index, bias in zip(self.ids, self.biases, strict=True):
            rows, weight = arrays[index][seen], bias.amounts.weight
            counts = np.bincount(rows, minlength=len(weight))
            amounts, unseen = weight.numpy().copy(), counts == 0
            amounts[unseen] = amounts[counts == counts[~unseen].min()].mean(axis=0)
            amounts[UNKNOWN] = amounts[rows].mean(axis=0)
            weight.set_value(amounts)
            embedding, nobody = self.inputs[index].embedding.weight, np.flatnonzero(unseen)
            with paddle.no_grad():
                paddle.scatter_(embedding, paddle.to_tensor(nobody), paddle.zeros([len(nobody), embedding.shape[1]]))

    def combine(self, outputs: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The sum, and the two numbers that preserve its norm."""
        biases = [bias(arrays[index]) for index, bias in zip(self.ids, self.biases, strict=True)]
        base = self.base_vector.unsqueeze(0).expand_as(outputs[0])
        free = paddle.add_n([base, *outputs, *biases])
        zero, one = paddle.zeros_like(free[:, :1]), paddle.ones_like(free[:, :1])
        return paddle.concat([free, one, zero] if self.role == "item" else [free, zero, one], axis=1)


class JoinedTower(Tower):
    """The book's: each feature through a connected layer of its own, joined, and connected to the vector."""

    def __init__(self, encoder: FeatureEncoder, size: int, role: Role):
        super().__init__()
        sizes = [feature.joined_size for feature in encoder.features]
        self.inputs = nn.LayerList([feature_layer(*each) for each in zip(encoder.columns, sizes, strict=True)])
        self.own = nn.LayerList([nn.Linear(own, own) for own in sizes])
        self.join = nn.Linear(sum(sizes), size)

    def combine(self, outputs: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The output of the last connected layer."""
        parts = [own(vectors) for own, vectors in zip(self.own, outputs, strict=True)]
        return self.join(paddle.tanh(paddle.concat(parts, axis=1)))


TOWERS = {"sum": SumTower, "joined": JoinedTower}
"""The towers by their names in the config."""
