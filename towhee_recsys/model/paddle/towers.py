"""The towers: declared features in, one raw vector float32[n, size] out.

`JoinedTower` is the fusion model of PaddlePaddle's book, chapter 05.recommender_system
(https://github.com/PaddlePaddle/book). `SumTower` learns more from the same features: see docs/objectives.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np

from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.numpy_inputs import rows_of
from towhee_recsys.model.paddle.layers import BiasInput, input_layer, spread
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.towers import DIRECTIONS, NORM_DIMS, Role


class Tower(nn.Layer, ABC):
    """What both kinds share: an input layer for each feature, whose answers are put together to a raw vector."""

    inputs: nn.LayerList

    def forward(self, arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """One raw vector for each line of `arrays`, which stand in the order of the declared features."""
        return self.join_up(self.said(arrays), arrays)

    def said(
        self, arrays: Sequence[paddle.Tensor], known: Mapping[int, paddle.Tensor] | None = None
    ) -> list[paddle.Tensor]:
        """What each feature says: a vector for each line. Of the features at the places `known` it is there already."""
        known = known or {}
        layers = enumerate(zip(self.inputs, arrays, strict=True))
        return [known[place] if place in known else layer(array) for place, (layer, array) in layers]

    @abstractmethod
    def join_up(self, said: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The raw vectors, from what the features say."""

    def expect_of_unrated(self, arrays: Sequence[np.ndarray], rated: np.ndarray) -> None:
        """Sets what ids say that no rating is of; each of int64[ratings] `rated` is a line of `arrays`."""


class SumTower(Tower):
    """The sum of what the features say, a free vector x, lifted: users to [x, 0, 1], items to [x, 1, 0].

    Normalised, two such vectors have the cosine x·y / sqrt((1 + |x|²)(1 + |y|²)): the length of x, which plain
    normalising throws away, says how sure the tower is, so that little is predicted of whom little is known.
    The turn of inner product into cosine is that of Bachrach et al. 2014, doi:10.1145/2645710.2645741.

    An id also moves x along one or two directions that all ids of the side share, by amounts that no decay pulls to 0:
    who rates high and what is rated high, the biases of matrix factorisation (Koren et al. 2009,
    doi:10.1109/MC.2009.263), and what many see.
    """

    def __init__(self, side: FeatureEncoder, size: int, role: Role):
        super().__init__()
        free = size - NORM_DIMS
        self.inputs = nn.LayerList([input_layer(side, place, free) for place in range(len(side.features))])
        self.general = self.create_parameter([free], default_initializer=spread())
        self.ids = [place for place, feature in enumerate(side.features) if feature.kind == "id"]
        self.biases = nn.LayerList([BiasInput(rows_of(side, place), free, DIRECTIONS[role]) for place in self.ids])
        self.role = role

    def expect_of_unrated(self, arrays: Sequence[np.ndarray], rated: np.ndarray) -> None:
        """An unknown id moves along the directions as that of a rating does on average: it may be any. A known one that
        nobody rated moves as those do that the fewest rated; more it does not say.
        """
        for place, bias in zip(self.ids, self.biases, strict=True):
            rows, weight = arrays[place][rated], bias.amounts.weight
            counts = np.bincount(rows, minlength=len(weight))
            amounts, unrated = weight.numpy().copy(), counts == 0
            amounts[unrated] = amounts[counts == counts[~unrated].min()].mean(axis=0)
            amounts[0] = amounts[rows].mean(axis=0)
            weight.set_value(amounts)
            embedding = self.inputs[place].embedding.weight
            embedding.set_value(np.where(unrated[:, None], 0, embedding.numpy()))

    def join_up(self, said: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The lifted sum."""
        biases = [bias(arrays[place]) for place, bias in zip(self.ids, self.biases, strict=True)]
        general = self.general.unsqueeze(0).expand_as(said[0])
        free = paddle.add_n([general, *said, *biases])
        zero, one = paddle.zeros_like(free[:, :1]), paddle.ones_like(free[:, :1])
        return paddle.concat([free, one, zero] if self.role == "item" else [free, zero, one], axis=1)


class JoinedTower(Tower):
    """The book's: each feature through a connected layer of its own, joined, and connected to the vector."""

    def __init__(self, side: FeatureEncoder, size: int, role: Role):
        super().__init__()
        sizes = [feature.filters if feature.kind == "text" else feature.size for feature in side.features]
        self.inputs = nn.LayerList([input_layer(side, place, own) for place, own in enumerate(sizes)])
        self.own = nn.LayerList([nn.Linear(own, own) for own in sizes])
        self.join = nn.Linear(sum(sizes), size)

    def join_up(self, said: list[paddle.Tensor], arrays: Sequence[paddle.Tensor]) -> paddle.Tensor:
        """The connected layer's answer."""
        parts = [own(vectors) for own, vectors in zip(self.own, said, strict=True)]
        return self.join(paddle.tanh(paddle.concat(parts, axis=1)))


TOWERS = {"sum": SumTower, "joined": JoinedTower}
"""The towers by their names in the config."""
