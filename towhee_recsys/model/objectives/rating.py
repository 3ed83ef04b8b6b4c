"""`rating`: the squared error of predicted ratings."""

from __future__ import annotations

import math

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, ObjectiveSettings
from towhee_recsys.support.step_timers import timed


class RatingObjective:
    """The mean squared error between the rating and the affinely scaled cosine, on the rating scale."""

    least_fold_in_decay = 0.0

    fold_in_pull = 0.5
    """The pull of a past rating; see `RankingObjective`."""

    def __init__(self, interactions: Interactions, settings: ObjectiveSettings, past: np.ndarray | None = None):
        assert settings.rating_map, "load_config refuses this objective without a rating scale"
        self._map = settings.rating_map
        self._ratings = interactions.values
        self._mean_count = len(interactions) / max(1, len(np.unique(interactions.users)))
        self.weight, self.decay = settings.training.rating_weight, settings.training.rating_decay
        self._past = np.zeros(0, dtype=np.int64) if past is None else past
        counts = self._past + np.bincount(interactions.users, minlength=len(self._past))[: len(self._past)]
        self.pulls = self.fold_in_pull * self.weight * self._map.slope**2 * self._past / np.maximum(counts, 1)

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

    def factors_alone(self, counts: np.ndarray) -> np.ndarray:
        """A block's loss is a mean over users that all count as if they had the mean number of ratings."""
        past = self._past[:, None] if len(self._past) else 0
        return len(counts) * self._mean_count / np.maximum(counts + past, 1)
