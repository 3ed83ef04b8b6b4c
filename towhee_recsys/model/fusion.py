"""The fusion model: a user tower and a movie tower whose normalised vectors' inner product is the score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.features import Side
from towhee_recsys.model.quiet_paddle import nn, paddle
from towhee_recsys.model.towers import Tower


class FusionModel(nn.Layer):
    """Two towers, each from declared features to a raw vector float32[n, embedding_size]."""

    def __init__(self, users: Side, movies: Side, embedding_size: int):
        super().__init__()
        self.embedding_size = embedding_size
        self.user_tower = Tower(users, embedding_size)
        self.movie_tower = Tower(movies, embedding_size)

    def forward(self, users: Sequence[np.ndarray], movies: Sequence[np.ndarray]) -> paddle.Tensor:
        """The cosine of every user with every movie: float32[users, movies], within [-1, 1]."""
        return paddle.matmul(self.user_vectors(users), self.movie_vectors(movies), transpose_y=True)

    def user_vectors(self, arrays: Sequence[np.ndarray]) -> paddle.Tensor:
        """Unit vectors float32[n, embedding_size]."""
        return nn.functional.normalize(self.user_tower([paddle.to_tensor(array) for array in arrays]))

    def movie_vectors(self, arrays: Sequence[np.ndarray]) -> paddle.Tensor:
        """Unit vectors float32[n, embedding_size]."""
        return nn.functional.normalize(self.movie_tower([paddle.to_tensor(array) for array in arrays]))


def build_model(users: Side, movies: Side, embedding_size: int, seed: int) -> FusionModel:
    """A fresh model: the same seed gives the same weights, and its parameters the same names in every process."""
    paddle.seed(seed)
    with paddle.utils.unique_name.guard():
        return FusionModel(users, movies, embedding_size)
