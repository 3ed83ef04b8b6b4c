"""Users moved by interactions that training never saw, without training: new users and known ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.objectives import FoldInLoss, ObjectiveSettings, fold_in_loss, grad_raw, unit
from towhee_recsys.model.towers import free_size

STEPS, LEARNING_RATE = 40, 0.1
"""Steps of Adam and the size of the first one, of a new user: enough to converge, within some milliseconds a user."""


def fold_in(
    raw: np.ndarray,
    new: Sequence[tuple[np.ndarray, np.ndarray]],
    past: np.ndarray,
    items: np.ndarray,
    *,
    objective: str,
    tower: str,
    settings: ObjectiveSettings,
) -> np.ndarray:
    """Raw vectors float32[n, dim] of users after new interactions.

    Fits what training fits as the embedding of an id, by the same objective and with no less decay, while all else
    stays as it is. What training found is the prior: the more interactions it was found from, the stronger its pull, so
    that one interaction of a hundred moves a user by about a hundredth of what it moves a new one.

    Args:
        raw: The users' vectors: of a new one from the other features than the id, float32[n, dim]. Users without new
            interactions keep theirs.
        new: For each user the rows of the items, int64[k], and the values of the interactions, float32[k]: ratings, or
            weights, which show dislike below 0.
        past: How many interactions of each user training has read, int64[n]; 0 of a new one.
        items: The unit vectors of the items, float32[m, dim].
        objective: The name of the objective that the model was trained by.
        tower: The kind of tower, `sum` or `joined`.
        settings: What the objective was made with.
    """
    counts = np.array([len(rows) for rows, _ in new], dtype=np.int64)[:, None]
    if not counts.sum():
        return raw
    users = np.repeat(np.arange(len(raw)), counts[:, 0])
    rows = np.concatenate([np.asarray(each, dtype=np.int64) for each, _ in new])
    values = np.concatenate([np.asarray(each, dtype=np.float32) for _, each in new])
    units = unit(raw)[0]
    loss = fold_in_loss(objective)(Interactions.of(users, rows, values), past, units, items, settings)
    # a joined tower's raw vectors have lengths that no decay can be compared with
    decay = max(loss.decay, loss.least_decay) if tower == "sum" else loss.decay
    share = counts / np.maximum(counts + past[:, None], 1)
    return _minimized(raw, free_size(tower, raw.shape[1]), share.astype(np.float32), decay, loss)


def liked_value(feedback: Feedback) -> float:
    """The value of an interaction with a liked item.

    Of ratings midway from the lowest that shows liking to the highest; of weights any, as they count by their mean.
    """
    return (feedback.liked + feedback.scale[1]) / 2 if feedback.scale else 1.0


def disliked_value(feedback: Feedback) -> float:
    """The value of an interaction with a disliked item: as near to the lowest rating as a liked one to the highest."""
    return sum(feedback.scale) - liked_value(feedback) if feedback.scale else -1.0


def _minimized(raw: np.ndarray, free: int, share: np.ndarray, decay: float, loss: FoldInLoss) -> np.ndarray:
    """`raw` with `free` numbers a user moved to where the loss is least, by Adam with a falling step.

    The steps are in proportion to the `share` of a user's interactions that is new, float32[n, 1], as is the way, and
    no longer than the longest way that the decay allows.
    """
    moved = np.zeros((len(raw), free), dtype=np.float32)
    longest = np.linalg.norm(_gradient(raw, moved, loss), axis=1, keepdims=True) / max(2 * decay, 1e-12)
    first = np.minimum(LEARNING_RATE * share, longest / np.sqrt(free)).astype(np.float32)
    mean, square = np.zeros_like(moved), np.zeros_like(moved)
    for step in range(1, STEPS + 1):
        grad = _gradient(raw, moved, loss) + 2 * decay * moved
        mean[:] = 0.9 * mean + 0.1 * grad
        square[:] = 0.99 * square + 0.01 * grad**2
        size = first * np.float32(1 - (step - 1) / STEPS)
        moved -= size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    result = raw.copy()
    result[:, :free] += moved
    return result


def _gradient(raw: np.ndarray, moved: np.ndarray, loss: FoldInLoss) -> np.ndarray:
    """The gradient by `moved` of each user's own loss, without decay."""
    free, vectors = moved.shape[1], raw.copy()
    vectors[:, :free] += moved
    users, lengths = unit(vectors)
    return grad_raw(loss.gradients(users), users, lengths)[:, :free]
