"""The fusion model: user towers and an item tower whose normalised vectors' inner product is the score."""

from __future__ import annotations

from towhee_recsys.config.objectives import Objective, Purpose
from towhee_recsys.config.schema import ModelConfig
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.model.paddle.quiet import nn, paddle
from towhee_recsys.model.paddle.towers import TOWERS, Tower
from towhee_recsys.model.towers import free_size, roles


class FusionModel(nn.Layer):
    """Towers from declared features to raw vectors float32[n, embedding_size].

    One vector an item serves both purposes. A user has one to retrieve items with, by `user_tower`, and one to
    predict ratings with, by `rating_tower`: a tower of its own where the objective is `both`, else the same. The first
    `free_size` numbers of a vector are free.
    """

    user_tower: Tower
    item_tower: Tower

    def __init__(self, users: FeatureEncoder, items: FeatureEncoder, config: ModelConfig, objective: Objective):
        super().__init__()
        self.embedding_size = config.embedding_size
        self.free_size = free_size(config.tower, config.embedding_size)
        for name, role in roles(objective).items():
            encoder = items if role == "item" else users
            self.add_sublayer(name, TOWERS[config.tower](encoder, self.embedding_size, role))

    @property
    def rating_tower(self) -> Tower:
        """The tower of the users' vectors whose cosine with an item's is read as a rating."""
        return dict(self.named_children()).get("rating_tower", self.user_tower)

    def tower(self, purpose: Purpose) -> Tower:
        """The user tower that serves `purpose`."""
        return self.user_tower if purpose == "ranking" else self.rating_tower


def build_model(
    users: FeatureEncoder, items: FeatureEncoder, config: ModelConfig, objective: Objective, seed: int
) -> FusionModel:
    """A fresh model: the same seed gives the same weights, and its parameters the same names in every process."""
    paddle.seed(seed)
    with paddle.utils.unique_name.guard():
        return FusionModel(users, items, config, objective)
