"""The base of objectives: a loss over blocks of users and items, with gradients in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Protocol

import numpy as np

from towhee_recsys.config.schema import TrainingConfig
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.similar_users import TrainedUsers

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


class NewItems(NamedTuple):
    """A user's interactions since the training: the rows of the items, int64[k], and the values, float32[k]."""

    rows: np.ndarray
    values: np.ndarray


class FoldInLoss(Protocol):
    """The loss of one user by that user's unit vector: of new interactions, with what training found as the prior.

    Items stay as they are.

    Attributes:
        decay: How strongly training pulls the users' ids to 0; folding in pulls offsets to 0 as strongly.
        least_decay: The least decay of folding in.
        start_decay: The least decay where folding in starts from similar users, times the start's squared length.
    """

    decay: float
    least_decay: ClassVar[float]
    start_decay: float

    def __init__(self, new: NewItems, past: int, user: np.ndarray, items: np.ndarray, settings: ObjectiveSettings):
        """For `new` interactions of a user.

        Args:
            new: The interactions.
            past: How many interactions of the user training has read.
            user: The user's unit vector as training left it, float32[dim].
            items: The unit vectors of the items, float32[m, dim].
            settings: The parameters of the objective.
        """

    def gradient(self, user: np.ndarray) -> np.ndarray:
        """The gradient by the user's unit vector float32[dim]."""
        ...

    def log_likelihoods(self, trained: TrainedUsers) -> np.ndarray | None:
        """How likely the liked items are for each of the `trained` users, float64[k]; None where nothing is liked."""
        ...


def unit(raw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Raw vectors float32[n, dim] at length 1, and the lengths float32[n, 1] that they had."""
    lengths = np.linalg.norm(raw, axis=1, keepdims=True)
    return raw / lengths, lengths


def grad_raw(grad_unit: np.ndarray, units: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The gradient by raw vectors, from that by their unit vectors: its part along the vector has no effect."""
    return (grad_unit - units * np.einsum("ij,ij->i", grad_unit, units)[:, None]) / lengths
