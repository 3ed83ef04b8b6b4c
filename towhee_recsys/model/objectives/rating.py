"""`rating`: the squared error of predicted ratings."""

from __future__ import annotations

import math

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, ObjectiveSettings
from towhee_recsys.support.step_timers import timed


class FoldInRating:
    """The same squared error, and as prior that of past ratings, of items at random, from what was predicted.

    All users count as if they had the mean number of ratings, as they do in training.
    """

    least_decay = 0.0

    def __init__(
        self,
        new: Interactions,
        past: np.ndarray,
        users: np.ndarray,
        items: np.ndarray,
        settings: ObjectiveSettings,
    ):
        assert settings.rating_map, "load_config refuses this objective without a rating scale"
        self._map, self._new, self._before, self._items = settings.rating_map, new, users, items
        self.decay = settings.training.rating_decay
        counts = np.bincount(new.users, minlength=len(users)) + past
        training = settings.training
        share = 2 * training.rating_weight * training.ratings_share * self._map.slope / np.maximum(counts, 1)
        self._shares = share[new.users].astype(np.float32)
        self._pulls = (share * self._map.slope * past / len(items)).astype(np.float32)[:, None]

    def gradients(self, users: np.ndarray) -> np.ndarray:
        """The gradients by the users' unit vectors float32[n, dim]."""
        gradients = self._pulls * (((users - self._before) @ self._items.T) @ self._items)
        rated = self._items[self._new.items]
        cosines = np.einsum("ij,ij->i", users[self._new.users], rated)
        errors = self._map.slope * cosines + self._map.intercept - self._new.values
        np.add.at(gradients, self._new.users, (self._shares * errors)[:, None] * rated)
        return gradients


class RatingObjective:
    """The mean squared error between the rating and the affinely scaled cosine, on the rating scale.

    Where there is a teacher, it counts only its share; the rest is the error against the teacher: see distillation.py.
    """

    fold_in = FoldInRating

    def __init__(self, interactions: Interactions, settings: ObjectiveSettings):
        assert settings.rating_map, "load_config refuses this objective without a rating scale"
        self._map = settings.rating_map
        self._ratings = interactions.values
        self._mean_count = len(interactions) / max(1, len(np.unique(interactions.users)))
        training = settings.training
        self.weight, self.decay = training.rating_weight * training.ratings_share, training.rating_decay

    @timed("objectives")
    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The squared error over the number of ratings that a block has on average."""
        from scipy.sparse import csr_matrix

        cosines = (users @ items.T).reshape(-1)[block.cells]
        errors = self._map.slope * cosines + self._map.intercept - self._ratings[block.rows]
        share = self.weight / (self._mean_count * len(users))
        cells, shape = np.divmod(block.cells, len(items)), (len(users), len(items))
        grad_cosines = csr_matrix((2 * share * self._map.slope * errors, cells), shape)  # few cells are rated
        return share * float(errors @ errors), grad_cosines @ items, grad_cosines.T @ users

    def training_figures(self, loss: float) -> dict[str, float]:
        """The RMSE on the training part."""
        return {"training_rmse": math.sqrt(loss / self.weight)}
