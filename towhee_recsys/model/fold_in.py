"""Users moved by interactions that training never saw, without training: new users and known ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from towhee_recsys.config.interactions import Feedback
from towhee_recsys.model.objectives import FoldInLoss, NewItems, ObjectiveSettings, fold_in_loss
from towhee_recsys.model.similar_users import TrainedUsers
from towhee_recsys.model.towers import free_size

STEPS, CLOSE = 12, 0.005
"""The most steps, and the share of the first gradient's length below which no further step is taken.

Most users need five.
"""

FIRST, LONGEST = 0.1, 0.5
"""The length of a new user's first step, and the longest of any user's, in lengths of the vector that is moved.

A known user's first step is shorter: `FIRST` times the share of the new interactions in all of the user's, since the
vector has less far to go.
"""


def fold_in(
    raw: np.ndarray,
    new: Sequence[NewItems],
    past: np.ndarray,
    items: np.ndarray,
    *,
    objective: str,
    tower: str,
    settings: ObjectiveSettings,
    trained: TrainedUsers | None = None,
    attributes: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Raw vectors float32[n, dim] of users after new interactions.

    Fits what training fits as the embedding of an id, by the same objective and with no less decay, while all else
    stays as it is. What training found is the prior: the more interactions it was found from, the stronger its pull, so
    that one interaction of a hundred moves a user by about a hundredth of what it moves a new one. The prior of a new
    user who likes something is what training found for similar users. Each user is moved alone.

    Args:
        raw: The users' vectors: of a new one from the other features than the id, float32[n, dim]. Users without new
            interactions keep theirs.
        new: For each user the items of the new interactions and their values: ratings, or weights, which show dislike
            below 0.
        past: How many interactions of each user training has read, int64[n]; 0 of a new one.
        items: The unit vectors of the items, float32[m, dim].
        objective: The name of the objective that the model was trained by.
        tower: The kind of tower, `sum` or `joined`.
        settings: What the objective was made with.
        trained: The training users that new ones are compared with; without them, new ones start from `raw`.
        attributes: The arrays of the users' features that `trained` has, each with n lines.
    """
    moved = [row for row, (rows, _) in enumerate(new) if len(rows)]
    if not moved:
        return raw
    result, free, make = raw.copy(), free_size(tower, raw.shape[1]), fold_in_loss(objective)
    for row in moved:
        loss = make(new[row], int(past[row]), _unit(raw[row])[0], items, settings)
        # a joined tower's raw vectors have lengths that no decay can be compared with
        decay = max(loss.decay, loss.least_decay) if tower == "sum" else loss.decay
        likelihoods = loss.log_likelihoods(trained) if trained and not past[row] else None
        if trained and likelihoods is not None:
            lines = [array[row] for array in attributes]
            result[row, :free] = trained.start(raw[row], likelihoods, lines)[:free]
            decay = max(decay, loss.start_decay / _length(result[row]) ** 2)
        share = len(new[row].rows) / (len(new[row].rows) + past[row])
        result[row, :free] += _offset(result[row], free, decay, loss, FIRST * float(share))
    return result


def liked_value(feedback: Feedback) -> float:
    """The value of an interaction with a liked item.

    Of ratings midway from the lowest that shows liking to the highest; of weights any, as they count by their mean.
    """
    return (feedback.liked + feedback.scale[1]) / 2 if feedback.scale else 1.0


def disliked_value(feedback: Feedback) -> float:
    """The value of an interaction with a disliked item: as near to the lowest rating as a liked one to the highest."""
    return sum(feedback.scale) - liked_value(feedback) if feedback.scale else -1.0


def _offset(start: np.ndarray, free: int, decay: float, loss: FoldInLoss, first: float) -> np.ndarray:
    """The offset of the first `free` numbers of `start` float32[dim] at which loss and decay are least.

    Gradient descent with the step lengths of Barzilai & Borwein (1988): the decay makes the problem so well-conditioned
    that a few steps suffice. `first` is the length of the first one, in lengths of `start`.
    """
    gradient = _gradient_by_offset(start, free, decay, loss)
    offset: np.ndarray = np.zeros(free, dtype=np.float32)
    best = offset
    slope = gradient(offset)
    size = least = steepest = _length(slope)
    scale = _length(start)
    step = first * scale / max(size, 1e-12)
    for _ in range(STEPS):
        if size <= CLOSE * steepest:
            break
        way = -min(step, LONGEST * scale / size) * slope
        offset, before = offset + way, slope
        slope = gradient(offset)
        size, bend = _length(slope), float(way @ (slope - before))
        step = float(way @ way) / bend if bend > 0 else 2 * step
        if size < least:
            best, least = offset, size
    return best


def _gradient_by_offset(
    start: np.ndarray, free: int, decay: float, loss: FoldInLoss
) -> Callable[[np.ndarray], np.ndarray]:
    raw = start.copy()

    def gradient(offset: np.ndarray) -> np.ndarray:
        raw[:free] = start[:free] + offset
        user, length = _unit(raw)
        by_unit = loss.gradient(user)
        by_raw = (by_unit - (by_unit @ user) * user) / length
        return np.asarray(by_raw[:free] + 2 * decay * offset, dtype=np.float32)

    return gradient


def _unit(raw: np.ndarray) -> tuple[np.ndarray, float]:
    length = _length(raw)
    return raw / np.float32(length), length


def _length(vector: np.ndarray) -> float:
    return float(np.sqrt(vector @ vector))
