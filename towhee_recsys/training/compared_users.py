"""The training users that new ones are compared with, and their softmax's sums: what a bundle keeps of them."""

from __future__ import annotations

import numpy as np

from towhee_recsys.support.step_timers import timed
from towhee_recsys.training.trainer import Trainer

MOST = 10_000
"""The most users that new ones are compared with; of more, a sample is drawn by the seed. A request reads two vectors
of each: 20 MB with 256 numbers."""

CHUNK = 512
"""Users whose softmax is computed at once."""


@timed("similar users")
def compared_users(trainer: Trainer) -> tuple[np.ndarray, np.ndarray]:
    """The rows of the users, int64[k], and the logarithms of their sums, float32[k].

    The sum is that of exp(cosine / temperature) over the rated items; of more than `training.sampled_items` it is
    estimated from a sample. There are no users where the model does not fold in by a softmax.
    """
    examples, settings, rng = trainer.examples, trainer.settings, np.random.default_rng(trainer.seed)
    if "ranking" not in trainer.objectives or any(feature.is_history for feature in examples.users.features):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
    users = _sample(np.unique(examples.training.users), MOST, rng)
    rated = np.unique(examples.training.items)
    items = _sample(rated, settings.sampled_items, rng)
    vectors = trainer.validation.item_vectors()[items]
    log_sums = np.empty(len(users), dtype=np.float32)
    for first in range(0, len(users), CHUNK):
        part = slice(first, first + CHUNK)
        logits = (trainer.validation.user_vectors(users[part]) / settings.temperature) @ vectors.T
        highest = logits.max(axis=1, keepdims=True)
        log_sums[part] = np.log(np.exp(logits - highest).mean(axis=1)) + highest[:, 0]
    return users, log_sums + np.float32(np.log(len(rated)))


def _sample(rows: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """`rows` in ascending order as int64, or a sample of `most` of them."""
    chosen = rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))
    return chosen.astype(np.int64)
