"""`ranking`: the cross entropy of a softmax over the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from towhee_recsys.data.interactions import Interactions
from towhee_recsys.errors import TrainingError
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives.objective import Gradients, NewItems, ObjectiveSettings
from towhee_recsys.model.products import times_vector, weighted_sum
from towhee_recsys.model.similar_users import TrainedUsers
from towhee_recsys.support.step_timers import timed

LARGEST_EXPONENT = 60.0
"""Logits between this and its negative are exponentiated as they are: their sums stay within float32."""


class FoldInRanking:
    """The same cross entropy over all items; the prior is that of past interactions, with items as they were predicted.

    So a user's prediction moves towards a new interaction by about the share of it in all of the user's interactions.
    An item that is disliked counts against: the loss is lower where the softmax gives it less.
    """

    least_decay = 1.2
    """Folding in may need more decay than training: a few liked items are less evidence than many interactions.
    Found on another draw of MovieLens 1M's cold users than those that are reported."""

    past_weight, dislike = 1.0, 0.25
    """How much a past interaction counts, and a disliked item against, beside a liked one. Other values are no better
    after a few events: `python -m benchmarks feedback --choose` compares them, on other users than are reported."""

    likelihood, few, prior = 9.0, 7.0, 50.0
    """The weights of similar users count likelihoods `likelihood` / (`few` + the interactions' weights) times, so that
    with many interactions one user does not decide alone; and how narrow the prior around these is: it falls with the
    root of the weights, by which the loss is divided. Found on draws of MovieLens 1M's cold users with other seeds, 7
    and 8, than those that are reported."""

    def __init__(self, new: NewItems, past: int, user: np.ndarray, items: np.ndarray, settings: ObjectiveSettings):
        training = settings.training
        self.decay, self._temperature, self._items = training.ranking_decay, training.temperature, items
        weights = new_weights(new.values, settings.scale, training.preference, self.dislike)
        before = self.past_weight * past
        root = math.sqrt(max(float(np.abs(weights).sum()) + before, 1e-12))
        self.start_decay = self.prior / root
        self._liked = self._sums(new.rows, np.maximum(weights, 0))
        self._wanted = self._sums(new.rows, weights)[1] / root
        self._mass = (float(weights.sum()) + before) / root
        if past:
            self._wanted += (before / root) * self._expected(user)

    def gradient(self, user: np.ndarray) -> np.ndarray:
        """The gradient by the user's unit vector float32[dim]."""
        return np.asarray((self._mass * self._expected(user) - self._wanted) / self._temperature, dtype=np.float32)

    def log_likelihoods(self, trained: TrainedUsers) -> np.ndarray | None:
        """The logarithms of the liked items' probabilities by each user's softmax over the rated items, float64[k]."""
        count, vector = self._liked
        if not count:
            return None
        logits = times_vector(trained.units, vector / np.float32(self._temperature))
        logs = logits - np.float32(count) * trained.log_sums
        return np.asarray(self.likelihood / (self.few + count) * logs, dtype=np.float64)

    def _sums(self, rows: np.ndarray, weights: np.ndarray) -> tuple[float, np.ndarray]:
        """The sum of weights, and that of the items' vectors with these, float32[dim]."""
        return float(weights.sum()), weights.astype(np.float32) @ self._items[rows]

    def _expected(self, user: np.ndarray) -> np.ndarray:
        """The mean of the items' vectors by the user's softmax, float32[dim]."""
        chances = times_vector(self._items, user / np.float32(self._temperature))
        chances -= chances.max()
        np.exp(chances, out=chances)
        return weighted_sum(chances, self._items) / chances.sum()


class RankingObjective:
    """For each interaction, weighted by how much it shows liking, the cross entropy of a softmax over the catalogue.

    The logits are cosines over a temperature. In the softmax of an interaction's item, the user's other items count
    only `training.seen_share`, as the user has picked them, too: with a share k_j of each an item of logit s_i costs
    log(exp(s_i) + sum over the user's other items of k_j exp(s_j) + sum over all others of exp(s_j)) - s_i. Shares of 1
    are the plain softmax.

    With `training.label_smoothing` e the target is not s_i alone but (1 - e) s_i + e times the mean logit of all items,
    weighted by their popularity: label smoothing by Szegedy et al. 2016 (arXiv:1512.00567), towards the frequencies of
    the labels as Pereyra et al. 2017 (arXiv:1701.06548) compare it with the uniform distribution.

    An interaction's weight is divided by the root of the sum of its user's, so that users with many interactions count
    more, but not in proportion.
    """

    fold_in = FoldInRanking

    def __init__(self, interactions: Interactions, settings: ObjectiveSettings):
        training = settings.training
        self.decay, self._temperature = training.ranking_decay, training.temperature
        self._steep = 1 / training.temperature > LARGEST_EXPONENT
        with np.errstate(divide="ignore"):  # the logarithm of 0 is what is wanted
            shares = seen_shares(interactions.values, settings.scale, training.seen_share)
            self._log_share, self._log_rest = np.log(shares), np.log(1 - shares)
        weights = interaction_weights(interactions.values, settings.scale, training.preference)
        sums = np.bincount(interactions.users, weights)
        self._weights = (weights / np.sqrt(np.maximum(sums, 1e-12))[interactions.users]).astype(np.float32)
        self._smoothing, self._popularity = training.label_smoothing, np.bincount(interactions.items)

    @timed("objectives")
    def __call__(self, users: np.ndarray, items: np.ndarray, block: Block) -> Gradients:
        """The mean over users of their weighted cross entropies. Written for few passes over the n x c matrix."""
        weights, rows = self._weights[block.rows], block.cells // len(items)
        logits = (users / self._temperature) @ items.T
        cells = logits.reshape(-1)
        if block.log_q is not None:  # a user's own items are in the user's block for certain
            logits -= block.log_q
            cells[block.cells] += block.log_q[block.cells % len(items)]
        targets = cells[block.cells]
        log_share, log_rest = self._log_share[block.rows], self._log_rest[block.rows]
        cells[block.cells] += log_share
        highest = np.zeros(len(users), dtype=np.float32)
        if self._steep:
            highest = np.maximum(logits.max(axis=1), np.finfo(np.float32).min)  # -inf of a user who has all items
            logits -= highest[:, None]
        np.exp(logits, out=logits)
        with np.errstate(divide="ignore", invalid="ignore"):  # the trainer finds a loss that is not finite
            shared = np.log(logits.sum(axis=1)) + highest
            totals = np.logaddexp(shared[rows], log_rest + targets)
        each = np.bincount(rows, weights * np.exp(highest[rows] - totals), minlength=len(users)).astype(np.float32)
        logits *= each[:, None]
        own_target = weights * (1 - self._smoothing)
        cells[block.cells] += weights * np.exp(log_rest + targets - totals) - own_target
        share = 1 / (self._temperature * len(users))
        loss = float(weights @ totals - own_target @ targets) / len(users)
        grad_users, grad_items = logits @ (share * items), logits.T @ (share * users)
        if self._smoothing:
            loss += self._smoothed(users, items, block, (weights, rows), grad_users, grad_items)
        return loss, grad_users, grad_items

    def _smoothed(
        self,
        users: np.ndarray,
        items: np.ndarray,
        block: Block,
        weighted: tuple[np.ndarray, np.ndarray],
        grad_users: np.ndarray,
        grad_items: np.ndarray,
    ) -> float:
        """The loss of the targets that all items get; adds its gradients to the others.

        A user's are one inner product with the items' mean vector. `weighted` are the weights and the users' positions
        of the interactions.
        """
        weights, rows = weighted
        popularity = self._popularity[block.items] * (1.0 if block.log_q is None else np.exp(-block.log_q))
        popularity = (popularity / popularity.sum()).astype(np.float32)
        share = self._smoothing / (self._temperature * len(users))
        masses = (share * np.bincount(rows, weights, minlength=len(users))).astype(np.float32)
        mean, total = popularity @ items, masses @ users
        grad_users -= masses[:, None] * mean
        grad_items -= popularity[:, None] * total
        return -float(total @ mean)

    def training_figures(self, loss: float) -> dict[str, float]:
        """Empty: a cross entropy cannot be compared with that of another model."""
        return {}


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


def seen_shares(values: np.ndarray, scale: tuple[float, float] | None, shares: Sequence[float]) -> np.ndarray:
    """How much the item of each interaction counts in the softmax of its user's other items, float32[n].

    Of ratings `shares` are at equal steps of the scale, straight lines between; implicit feedback has the last one.
    """
    return rating_preference(values, scale or (0.0, 1.0), shares if scale else shares[-1:]).astype(np.float32)


def new_weights(
    values: np.ndarray, scale: tuple[float, float] | None, preference: Sequence[float], dislike: float
) -> np.ndarray:
    """The weights of a user's interactions to fold in, float64[n]; down to -`dislike` where they show dislike.

    A rating below the middle of the scale shows dislike, the lowest most. Weights of implicit feedback are taken
    relative to the mean of those above 0, and those below 0 show dislike: so a user's do not depend on other users.
    """
    values = values.astype(np.float64)
    if scale:
        middle = sum(scale) / 2
        below = np.maximum(middle - values, 0) / (middle - scale[0])
        return rating_preference(values, scale, preference) - dislike * below
    liked = values > 0
    mean = values[liked].mean() if liked.any() else 1.0
    return np.where(liked, values / mean, dislike * np.maximum(values, -1))


def rating_preference(ratings: np.ndarray, scale: tuple[float, float], weights: Sequence[float]) -> np.ndarray:
    """How much each rating shows liking: `weights` at equal steps of the rating scale, straight lines between."""
    return np.interp(ratings, np.linspace(*scale, len(weights)), weights)
