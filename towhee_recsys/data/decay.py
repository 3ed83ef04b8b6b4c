"""Time decay: weights of implicit feedback that halve with age."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from towhee_recsys.data.interactions import Interactions


def remaining(ages: np.ndarray, half_life: float | None) -> np.ndarray:
    """The share that remains of weights of these ages: float64[n], 1 for all where there is no half-life.

    Args:
        ages: Seconds from 0 up, [n].
        half_life: Seconds, above 0; None for no decay.
    """
    return np.ones(len(ages)) if half_life is None else np.exp2(-np.asarray(ages, dtype=np.float64) / half_life)


def remaining_now(interactions: Interactions, half_life: float | None) -> np.ndarray:
    """The share that remains of each weight at the time of the newest of `interactions`, float64[n].

    So the weights of a training part never depend on later interactions.
    """
    times = interactions.times
    return remaining(times.max(initial=np.iinfo(np.int64).min) - times, half_life)


def decayed(interactions: Interactions, half_life: float | None) -> Interactions:
    """`interactions` with the values that remain of theirs at the time of the newest one."""
    if half_life is None:
        return interactions
    values = interactions.values * remaining_now(interactions, half_life)
    return replace(interactions, values=values.astype(np.float32))
