"""The base of objectives: a loss over blocks of users and items, with gradients in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.data.interactions import Interactions
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

    Attributes:
        decay: How strongly the users' ids are pulled to 0 with it.
        fold_in: The loss by which users are folded in, see fold_in.py.
    """

    decay: float
    fold_in: ClassVar[type[FoldInLoss]]

    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The loss and its gradients, for `users` float32[n, dim] and `items` float32[c, dim] of `block`."""
        ...

    def training_figures(self, loss: float) -> dict[str, float]:
        """The figures of an epoch that follow from its mean loss, by name."""
        ...


class FoldInLoss(Protocol):
    """The loss of each user alone, by that user's unit vector: of new interactions, with what training found as the
    prior. Items stay as they are.

    Attributes:
        decay: How strongly what training found is kept, besides: how strongly training pulls the users' ids to 0.
        least_decay: Folding in decays at least so strongly.
    """

    decay: float
    least_decay: ClassVar[float]

    def __init__(
        self,
        new: Interactions,
        past: np.ndarray,
        users: np.ndarray,
        items: np.ndarray,
        settings: ObjectiveSettings,
    ) -> None:
        """For `new` interactions of users, by rows of `users` and `items`.

        Args:
            new: The interactions.
            past: How many interactions of each user training has read, int64[n].
            users: The users' unit vectors as training left them, float32[n, dim].
            items: The unit vectors of the items, float32[m, dim].
            settings: The parameters of the objective.
        """

    def gradients(self, users: np.ndarray) -> np.ndarray:
        """The gradients by the users' unit vectors float32[n, dim], each of the loss of that user alone."""
        ...


def unit(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw vectors float32[n, dim] at length 1, and the lengths float32[n, 1] that they had."""
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    return raw / lengths, lengths


def grad_raw(grad_unit: np.ndarray, units: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The gradient by raw vectors, from that by their unit vectors: its part along the vector has no effect."""
    return (grad_unit - units * np.einsum("ij,ij->i", grad_unit, units)[:, None]) / lengths
