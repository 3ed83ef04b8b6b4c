"""`ranking`: the cross entropy of a softmax over the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, ObjectiveSettings
from towhee_recsys.support.step_timers import timed

LARGEST_EXPONENT = 60.0
"""Logits between this and its negative are exponentiated as they are: their sums stay within float32."""


class RankingObjective:
    """For each interaction, weighted by how much it shows liking, the cross entropy of a softmax over the catalogue.

    The logits are cosines over a temperature. An interaction's weight is divided by the root of the sum of its user's,
    so that users with many interactions count more, but not in proportion.
    """

    least_fold_in_decay = 1.2
    """Folding in may need more decay than training: a few liked items are less evidence than many interactions.
    Found on another draw of MovieLens 1M's cold users than those that are reported."""

    fold_in_pull = 0.5
    """The pull of a past interaction, beside the weight of a new one. Found as `python -m benchmarks feedback --choose`
    does, on other users than those that are reported."""

    fold_in_dislike = 0.5
    """How much a disliked item counts against items like it, beside a liked one. Found likewise."""

    def __init__(self, interactions: Interactions, settings: ObjectiveSettings, past: np.ndarray | None = None):
        training = settings.training
        self.decay, self._temperature = training.ranking_decay, training.temperature
        self._steep = 1 / training.temperature > LARGEST_EXPONENT
        if past is None:
            weights = interaction_weights(interactions.values, settings.scale, training.preference)
            sums = np.bincount(interactions.users, weights)
            self.pulls = np.zeros(0)
        else:
            weights = new_weights(interactions, settings.scale, training.preference, self.fold_in_dislike)
            sums = np.bincount(interactions.users, np.abs(weights), minlength=len(past)) + past
            self.pulls = self.fold_in_pull / self._temperature**2 * past / np.sqrt(np.maximum(sums, 1e-12))
        self._weights = (weights / np.sqrt(np.maximum(sums, 1e-12))[interactions.users]).astype(np.float32)

    @timed("objectives")
    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The mean over users of their weighted cross entropies. Written for few passes over the n x c matrix."""
        weights = self._weights[block.rows]
        logits = (users / self._temperature) @ items.T
        if block.log_q is not None:  # a user's own items are in the user's block for certain
            logits -= block.log_q
            logits.reshape(-1)[block.cells] += block.log_q[block.cells % len(items)]
        targets = logits.reshape(-1)[block.cells]
        highest = logits.max(axis=1) if self._steep else np.zeros(len(users), dtype=np.float32)
        if self._steep:
            logits -= highest[:, None]
        np.exp(logits, out=logits)
        totals = logits.sum(axis=1)
        each = np.bincount(block.cells // len(items), weights, minlength=len(users)).astype(np.float32)
        logits *= (each / totals)[:, None]
        logits.reshape(-1)[block.cells] -= weights
        share = 1 / (self._temperature * len(users))
        loss = float(each @ (np.log(totals) + highest) - weights @ targets) / len(users)
        return loss, logits @ (share * items), logits.T @ (share * users)

    def training_figures(self, loss: float) -> dict[str, float]:
        """None: a cross entropy is no figure that can be compared with another model's."""
        return {}

    def factors_alone(self, counts: np.ndarray) -> np.ndarray:
        """A block's loss is the mean over its users."""
        return np.full(counts.shape, len(counts))


def interaction_weights(
    values: np.ndarray, scale: tuple[float, float] | None, preference: Sequence[float]
) -> np.ndarray:
    """How much each interaction shows liking, float64[n], from its value.

    A rating's weight is its preference. Weights of implicit feedback are taken relative to the mean of those above 0,
    so that the settings of training mean the same whether views count 1 and purchases 10, or 0.1 and 1. A weight of 0
    or less shows no liking: to its user the item is one of the others.

    Raises:
        TrainingError: no weight of implicit feedback is above 0.
    """
    if scale:
        return rating_preference(values, scale, preference)
    weights = np.maximum(values, 0).astype(np.float64)
    if not weights.any():
        raise TrainingError(
            f"all {len(values):,} interactions to train on have the weight 0 or less, so there is nothing to learn. "
            "Give some types of events a weight above 0 in dataset.interactions.weights."
        )
    return weights / weights[weights > 0].mean()


def new_weights(
    interactions: Interactions, scale: tuple[float, float] | None, preference: Sequence[float], dislike: float
) -> np.ndarray:
    """The weights of interactions to fold in, float64[n]; those that show dislike have weights down to -`dislike`.

    A rating below the middle of the scale shows dislike, the lowest most. Weights of implicit feedback are taken
    relative to the mean of those above 0 of the same user, and those below 0 show dislike: so a user's do not depend on
    other users.
    """
    values, users = interactions.values.astype(np.float64), interactions.users
    if scale:
        middle = sum(scale) / 2
        below = np.maximum(middle - values, 0) / (middle - scale[0])
        return rating_preference(values, scale, preference) - dislike * below
    liked = values > 0
    sums, counts = (np.bincount(users, each) for each in (np.where(liked, values, 0), liked))
    means = np.where(counts > 0, sums / np.maximum(counts, 1), 1.0)[users]
    return np.where(liked, values / means, dislike * np.maximum(values, -1))


def rating_preference(ratings: np.ndarray, scale: tuple[float, float], weights: Sequence[float]) -> np.ndarray:
    """How much each rating shows liking: `weights` at equal steps of the rating scale, straight lines between."""
    return np.interp(ratings, np.linspace(*scale, len(weights)), weights)
