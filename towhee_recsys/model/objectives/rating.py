"""`rating`: the squared error of predicted ratings."""

from __future__ import annotations

import math

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, NewItems, ObjectiveSettings
from towhee_recsys.model.products import times_vector, weighted_sum
from towhee_recsys.model.similar_users import TrainedUsers
from towhee_recsys.support.step_timers import timed


class FoldInRating:
    """The same squared error; the prior is that of past ratings of random items, as they were predicted.

    All users count as if they had the mean number of ratings, as they do in training.
    """

    least_decay = 0.0
    start_decay = 0.0

    def __init__(self, new: NewItems, past: int, user: np.ndarray, items: np.ndarray, settings: ObjectiveSettings):
        assert settings.rating_map, "load_config refuses this objective without a rating scale"
        training, count = settings.training, len(new.rows) + past
        self._map, self._before, self._items = settings.rating_map, user, items
        self.decay = training.rating_decay
        self._rated, self._ratings = items[new.rows], new.values
        self._share = 2 * training.rating_weight * training.ratings_share * self._map.slope / count
        self._pull = self._share * self._map.slope * past / len(items)

    def gradient(self, user: np.ndarray) -> np.ndarray:
        """The gradient by the user's unit vector float32[dim]."""
        errors = self._map.slope * (self._rated @ user) + self._map.intercept - self._ratings
        gradient = self._share * (errors @ self._rated)
        if self._pull:
            gradient += self._pull * weighted_sum(times_vector(self._items, user - self._before), self._items)
        return np.asarray(gradient, dtype=np.float32)

    def log_likelihoods(self, trained: TrainedUsers) -> np.ndarray | None:
        """None: ratings do not show which users are alike."""
        return None


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
