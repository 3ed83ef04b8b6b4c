"""Users whom training never saw: a vector from their other features and from items that they like, without training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.config.objectives import purposes
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.objectives import Objective, ObjectiveSettings, grad_raw, make_objectives, unit
from towhee_recsys.model.towers import free_size

STEPS, LEARNING_RATE = 40, 0.1
"""Steps of Adam and the size of the first one: enough to converge, within some milliseconds a user."""


def fold_in(
    raw: np.ndarray,
    liked: Sequence[np.ndarray],
    items: np.ndarray,
    *,
    objective: str,
    tower: str,
    settings: ObjectiveSettings,
    feedback: Feedback,
) -> np.ndarray:
    """Raw vectors float32[n, dim] of users who like `items[liked[i]]`.

    Fits what training fits as the embedding of an id, by the same objective and with no less decay, while all else
    stays as it is.

    Args:
        raw: The users' vectors from their other features, float32[n, dim]. Users who like nothing keep theirs.
        liked: For each user the rows of the items that the user likes, int64.
        items: The unit vectors of the items, float32[m, dim].
        objective: The name of the objective that the model was trained by.
        tower: The kind of tower, `sum` or `joined`.
        settings: What the objective was made with.
        feedback: What the values of the dataset's interactions mean.
    """
    counts = np.array([len(rows) for rows in liked], dtype=np.int64)[:, None]
    if not counts.sum():
        return raw
    users = np.repeat(np.arange(len(raw)), counts[:, 0])
    liked_rows = np.concatenate([np.asarray(rows, dtype=np.int64) for rows in liked])
    block = Block(
        users=np.arange(len(raw)),
        items=np.arange(len(items)),
        rows=np.arange(len(users)),
        cells=users * len(items) + liked_rows,
        log_q=None,
    )
    values = np.full(len(users), _liked_value(feedback), dtype=np.float32)
    made = make_objectives(objective, Interactions.of(users, liked_rows, values), settings)[purposes(objective)[0]]
    if tower == "sum":  # a joined tower's raw vectors have lengths that no decay can be compared with
        made.decay = max(made.decay, made.least_fold_in_decay)
    factors = (made.factors_alone(counts) * (counts > 0)).astype(np.float32)
    return _minimized(raw, free_size(tower, raw.shape[1]), factors, items, block, made)


def _liked_value(feedback: Feedback) -> float:
    """The value of an interaction with a liked item.

    Of ratings midway from the lowest that shows liking to the highest; of weights any, as they count by their mean.
    """
    return (feedback.liked + feedback.scale[1]) / 2 if feedback.scale else 1.0


def _minimized(
    raw: np.ndarray, free: int, factors: np.ndarray, items: np.ndarray, block: Block, objective: Objective
) -> np.ndarray:
    """`raw` with `free` numbers a user moved to where the objective is least, by Adam with a falling step."""
    moved = np.zeros((len(raw), free), dtype=np.float32)
    mean, square = np.zeros_like(moved), np.zeros_like(moved)
    for step in range(1, STEPS + 1):
        grad = _gradient(raw, moved, factors, items, block, objective)
        mean[:] = 0.9 * mean + 0.1 * grad
        square[:] = 0.99 * square + 0.01 * grad**2
        size = LEARNING_RATE * (1 - (step - 1) / STEPS)
        moved -= size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    result = raw.copy()
    result[:, :free] += moved
    return result


def _gradient(
    raw: np.ndarray, moved: np.ndarray, factors: np.ndarray, items: np.ndarray, block: Block, objective: Objective
) -> np.ndarray:
    """The gradient by `moved` of each user's own loss: not divided by the number of users."""
    free, vectors = moved.shape[1], raw.copy()
    vectors[:, :free] += moved
    users, lengths = unit(vectors)
    grad_users = objective(users, items, block)[1] * factors
    return grad_raw(grad_users, users, lengths)[:, :free] + 2 * objective.decay * moved
