"""The fusion model: user towers and an item tower whose normalised vectors' inner product is the score."""

from __future__ import annotations

from typing import Literal

from towhee_recsys.config.schema import ModelConfig, Objective
from towhee_recsys.features import Side
from towhee_recsys.model.numpy_towers import roles
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.paddle.towers import TOWERS


class FusionModel(nn.Layer):
    """Towers from declared features to raw vectors float32[n, embedding_size].

    One vector an item serves both purposes. A user has one to retrieve items with, by `user_tower`, and one to
    predict stars with, by `rating_tower`: another where the objective is `both`, else the same.
    """

    user_tower: nn.Layer
    item_tower: nn.Layer

    def __init__(self, users: Side, items: Side, config: ModelConfig, objective: Objective):
        super().__init__()
        self.embedding_size = config.embedding_size
        for name, role in roles(objective).items():
            setattr(self, name, TOWERS[config.tower](items if role == "item" else users, self.embedding_size, role))

    @property
    def rating_tower(self) -> nn.Layer:
        """The tower of the users' vectors whose cosine with an item is read as stars."""
        return getattr(self, "stars_tower", self.user_tower)

    def tower(self, purpose: Literal["ranking", "rating"]) -> nn.Layer:
        """The user tower that serves `purpose`."""
        return self.user_tower if purpose == "ranking" else self.rating_tower


def build_model(users: Side, items: Side, config: ModelConfig, objective: Objective, seed: int) -> FusionModel:
    """A fresh model: the same seed gives the same weights, and its parameters the same names in every process."""
    paddle.seed(seed)
    with paddle.utils.unique_name.guard():
        return FusionModel(users, items, config, objective)
