"""The base of objectives: a loss over blocks of users and items, with gradients in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.calibration import Calibration

Gradients = tuple[float, np.ndarray, np.ndarray]
"""The loss, and its gradients by the users' float32[n, dim] and the items' vectors float32[c, dim]."""


@dataclass(frozen=True)
class ObjectiveSettings:
    """The parameters of objectives, besides the interactions.

    Attributes:
        training: The settings of training: weights, temperature and decays.
        scale: The lowest and the highest rating; None where the interactions' values are weights.
        rating_map: The map from cosine to rating that is trained; None where there is no scale.
    """

    training: TrainingConfig
    scale: tuple[float, float] | None
    rating_map: Calibration | None


class Objective(Protocol):
    """A loss over a block's unit vectors.

    It is made for interactions and settings, to train by. Where it is made with `past`, int64[users], it is to fold in
    users, of each of whom training has read so many interactions; the given ones are new. See fold_in.py.

    Attributes:
        decay: How strongly the users' ids are pulled to 0 with it.
        least_fold_in_decay: Folding in a user decays at least so strongly.
        pulls: Folding in: how strongly each user's unit vector is pulled to what training has found, float64[users].
    """

    decay: float
    least_fold_in_decay: float
    pulls: np.ndarray

    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The loss and its gradients, for `users` float32[n, dim] and `items` float32[c, dim] of `block`."""
        ...

    def training_figures(self, loss: float) -> dict[str, float]:
        """The figures of an epoch that follow from its mean loss, by name."""
        ...

    def factors_alone(self, counts: np.ndarray) -> np.ndarray:
        """The factors that turn each user's share of a block's loss into the loss of that user alone.

        `counts` int64[n, 1] are the users' interactions; so is the answer's shape.
        """
        ...


def unit(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw vectors float32[n, dim] at length 1, and the lengths float32[n, 1] that they had."""
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    return raw / lengths, lengths


def grad_raw(grad_unit: np.ndarray, units: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The gradient by raw vectors, from that by their unit vectors: its part along the vector has no effect."""
    return (grad_unit - units * np.einsum("ij,ij->i", grad_unit, units)[:, None]) / lengths
