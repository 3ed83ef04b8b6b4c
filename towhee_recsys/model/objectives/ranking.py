"""The objectives: what is lost by a block's vectors, and which way they should move.

Both score every user of a block with every item by one matrix product, and give their gradients in closed form:
NumPy's matrix products are several times as fast on a CPU as PaddlePaddle's.
"""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from scipy.sparse import csr_matrix

from towhee_recsys.config import Config
from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.calibration import Calibration

Purpose = Literal["ranking", "rating"]
Gradients = tuple[float, np.ndarray, np.ndarray]
"""The loss, and its gradients by the users' float32[n, dim] and the items' vectors float32[c, dim]."""


class Objective(Protocol):
    """A loss over a block's unit vectors, with the decay of what ids say that goes with it."""

    decay: float

    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The loss and its gradients, for `users` float32[n, dim] and `items` float32[c, dim] of `block`."""
        ...


class RatingObjective:
    """`rating`: the mean squared error, in stars, between the rating and the affinely scaled cosine."""

    def __init__(self, ratings: Interactions, rating_map: Calibration, config: TrainingConfig):
        self._map, self._stars, self.decay = rating_map, ratings.values, config.rating_decay
        self._a_user = len(ratings) / max(1, len(np.unique(ratings.users)))
        self.weight = config.rating_weight

    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The squared error over the ratings that a block has on average."""
        cosines = (users @ items.T).reshape(-1)[block.cells]
        errors = self._map.slope * cosines + self._map.intercept - self._stars[block.rows]
        share = self.weight / (self._a_user * len(users))
        places, shape = np.divmod(block.cells, len(items)), (len(users), len(items))
        slopes = csr_matrix((2 * share * self._map.slope * errors, places), shape)  # few cells are rated
        return share * float(errors @ errors), slopes @ items, slopes.T @ users


LARGEST_EXPONENT = 60.0
"""Logits up to this, and down to its negative, are raised to e as they are: their sums stay within float32."""


class RankingObjective:
    """`ranking`: for each rating that shows liking, the cross entropy of a softmax over the catalogue.

    The logits are cosines over a temperature. A rating's weight is its preference, over the root of the sum of its
    user's, so that who rates much counts more, but not in proportion.
    """

    def __init__(self, ratings: Interactions, scale: tuple[float, float], config: TrainingConfig):
        self.decay, self._temperature = config.ranking_decay, config.temperature
        self._steep = 1 / config.temperature > LARGEST_EXPONENT
        weights = preference(ratings.values, scale, config.preference)
        sums = np.bincount(ratings.users, weights)
        self._weights = (weights / np.sqrt(np.maximum(sums, 1e-12))[ratings.users]).astype(np.float32)

    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The mean over users of their weighted cross entropies. Written for few passes over the n x c matrix."""
        weights = self._weights[block.rows]
        logits = (users / self._temperature) @ items.T
        if block.log_q is not None:  # what a user rated is in the user's block for certain
            logits -= block.log_q
            logits.reshape(-1)[block.cells] += block.log_q[block.cells % len(items)]
        wanted = logits.reshape(-1)[block.cells]
        highest = logits.max(axis=1) if self._steep else np.zeros(len(users), dtype=np.float32)
        if self._steep:
            logits -= highest[:, None]
        np.exp(logits, out=logits)
        totals = logits.sum(axis=1)
        each = np.bincount(block.cells // len(items), weights, minlength=len(users)).astype(np.float32)
        logits *= (each / totals)[:, None]
        logits.reshape(-1)[block.cells] -= weights
        share = 1 / (self._temperature * len(users))
        loss = float(each @ (np.log(totals) + highest) - weights @ wanted) / len(users)
        return loss, logits @ (share * items), logits.T @ (share * users)


def unit(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw vectors float32[n, dim] at length 1, and the lengths float32[n, 1] that they had."""
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    return raw / lengths, lengths


def by_raw(by_unit: np.ndarray, units: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The gradient by raw vectors, from that by their unit vectors: what goes along the vector changes nothing."""
    return (by_unit - units * np.einsum("ij,ij->i", by_unit, units)[:, None]) / lengths


def preference(stars: np.ndarray, scale: tuple[float, float], weights: list[float]) -> np.ndarray:
    """How much each rating shows liking: `weights` at equal steps of the rating scale, straight lines between."""
    return np.interp(stars, np.linspace(*scale, len(weights)), weights)


def make_objectives(config: Config, ratings: Interactions, rating_map: Calibration) -> dict[Purpose, Objective]:
    """The losses of the config's objective by their purpose: one, or both."""
    made: dict[Purpose, Objective] = {}
    if config.objective != "rating":
        made["ranking"] = RankingObjective(ratings, config.dataset.feedback.scale, config.training)
    if config.objective != "ranking":
        made["rating"] = RatingObjective(ratings, rating_map, config.training)
    return made
