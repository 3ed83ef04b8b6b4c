"""Learning from a teacher: the squared error between predicted ratings and those that another model predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, ObjectiveSettings
from towhee_recsys.support.step_timers import timed

if TYPE_CHECKING:
    from towhee_recsys.model.teacher import Teacher


class Distillation:
    """The squared error against a teacher's ratings of all items, by all users of a block alike.

    An item counts by the root of how many have rated it, and one that nobody has rated not at all: of that the teacher
    knows little. Of sampled items each is divided by how likely it was to be drawn. (A user's own items are in the
    user's block for certain, and count a little too much; they are few.)

    Both models are inner products, so there is no matrix of users by items. The error of user u and item i is z_u·w_i,
    with the vectors of both models side by side: z_u = [slope x_u, -U_u, intercept - mean], w_i = [y_i, V_i, 1]. Then
    the sum over items of q_i (z_u·w_i)² is z_u·(W'QW) z_u, and that over users has the gradient 2 q_i slope (X'Z) w_i
    by y_i: two small matrices instead of a large one.
    """

    def __init__(self, interactions: Interactions, settings: ObjectiveSettings, teacher: Teacher):
        assert settings.rating_map, "there is a teacher only where there is a rating scale"
        training = settings.training
        roots = np.sqrt(np.bincount(interactions.items, minlength=len(teacher.items)))
        self._weights = (roots / roots.sum()).astype(np.float32)
        self._slope = np.float32(settings.rating_map.slope)
        offset = np.float32(settings.rating_map.intercept - teacher.mean)
        self._users = _with_last(-teacher.users, offset)
        self._items = _with_last(teacher.items, np.float32(1))
        self._share = training.rating_weight * (1 - training.ratings_share)

    @timed("objectives")
    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The mean over users of the weighted mean over items, by `users` float32[n, dim] and `items` float32[c, dim].

        Unlike an objective, it is not split into parts of the users: each of them would cost as much for the items.
        """
        weights, dim = self._weights[block.items], users.shape[1]
        if block.log_q is not None:
            weights = weights * np.exp(-block.log_q)
        roots = np.sqrt(weights)[:, None]
        left = np.hstack([self._slope * users, self._users[block.users]])
        right = roots * np.hstack([items, self._items[block.items]])
        products = left @ (right.T @ right)
        share = np.float32(self._share / len(users))
        grad_items = (2 * share * roots) * (right @ (left.T @ left[:, :dim]))
        return float(share * np.vdot(products, left)), (2 * share * self._slope) * products[:, :dim], grad_items


def _with_last(vectors: np.ndarray, last: np.float32) -> np.ndarray:
    """`vectors` with one more number, the same for all."""
    return np.hstack([vectors, np.full((len(vectors), 1), last)]).astype(np.float32)
