"""People whom training never met: a vector from their demographics and from items that they like, without training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from towhee_recsys.config import Config
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.model.blocks import Block
from towhee_recsys.model.calibration import Calibration
from towhee_recsys.model.objectives import Objective, RankingObjective, RatingObjective, by_raw, unit
from towhee_recsys.model.towers import NORM_DIMS

STEPS, RATE = 40, 0.1
"""Steps of Adam, and how far one goes: enough to come to rest, within some milliseconds a person."""


LEAST_DECAY = 1.2
"""Where training of lists pulls what ids say to 0 more weakly than this, folding in does not: a few liked items say
less than the many ratings of an id. Found on another draw of MovieLens 1M's cold users than those that are reported."""


def fold_in(
    raw: np.ndarray, liked: Sequence[np.ndarray], items: np.ndarray, config: Config, rating_map: Calibration
) -> np.ndarray:
    """Raw vectors float32[n, dim] of people who like `items[liked[i]]`, from those of their demographics, `raw`.

    What is learned is what training learns as the embedding of an id, by the same objective and no less decay, with
    all else as it is: `items` are unit vectors float32[m, dim], `rating_map` the line that stars were learned by. Who
    likes none keeps the vector.
    """
    who = np.repeat(np.arange(len(raw)), [len(own) for own in liked])
    if not len(who):
        return raw
    which = np.concatenate([np.asarray(own, dtype=np.int64) for own in liked])
    block = Block(
        users=np.arange(len(raw)),
        items=np.arange(len(items)),
        rows=np.arange(len(who)),
        cells=who * len(items) + which,
        log_q=None,
    )
    free = raw.shape[1] - (NORM_DIMS if config.model.tower == "sum" else 0)
    return _descended(
        raw, free, _people(config, who, len(raw)), items, block, _objective(config, rating_map, who, which)
    )


def _people(config: Config, who: np.ndarray, count: int) -> np.ndarray:
    """What each person's part of the objective's mean is multiplied by, as if alone: float32[count, 1]."""
    liked = np.bincount(who, minlength=count)[:, None]
    if config.objective != "rating":
        return np.where(liked > 0, count, 0).astype(np.float32)
    usual = len(who) / np.count_nonzero(liked)  # RatingObjective's mean is over as many ratings a person
    return (count * usual / np.maximum(liked, 1) * (liked > 0)).astype(np.float32)


def _objective(config: Config, rating_map: Calibration, who: np.ndarray, which: np.ndarray) -> Objective:
    """Liking stands for a rating between the lowest that shows it and the highest there is."""
    lowest, highest = config.dataset.feedback.scale
    stars = np.full(len(who), lowest + 0.875 * (highest - lowest), dtype=np.float32)
    ratings, training = Interactions(who, which, stars), config.training
    if config.objective == "rating":
        return RatingObjective(ratings, rating_map, training)
    objective = RankingObjective(ratings, config.dataset.feedback.scale, training)
    if config.model.tower == "sum":  # the lengths of others' raw vectors have no scale
        objective.decay = max(objective.decay, LEAST_DECAY)
    return objective


def _descended(
    raw: np.ndarray, free: int, people: np.ndarray, items: np.ndarray, block: Block, objective: Objective
) -> np.ndarray:
    own = np.zeros((len(raw), free), dtype=np.float32)
    mean, square = np.zeros_like(own), np.zeros_like(own)
    for step in range(1, STEPS + 1):
        slope = _slope(raw, own, people, items, block, objective)
        mean[:] = 0.9 * mean + 0.1 * slope
        square[:] = 0.99 * square + 0.01 * slope**2
        size = RATE * (1 - (step - 1) / STEPS)
        own -= size * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    found = raw.copy()
    found[:, :free] += own
    return found


def _slope(
    raw: np.ndarray, own: np.ndarray, people: np.ndarray, items: np.ndarray, block: Block, objective: Objective
) -> np.ndarray:
    """The gradient by `own`, for each person alone: not divided by how many there are."""
    moved = raw.copy()
    moved[:, : own.shape[1]] += own
    users, lengths = unit(moved)
    by_users = objective(users, items, block)[1] * people
    return by_raw(by_users, users, lengths)[:, : own.shape[1]] + 2 * objective.decay * own
