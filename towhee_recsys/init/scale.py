"""The scale of ratings, also where some of its levels never occur."""

from __future__ import annotations

import math

import numpy as np

from towhee_recsys.init.column import Column

ROBUST = 1000
"""From so many ratings on, single ones far off are no part of the scale."""

HIGHEST = (1, 3, 5, 7, 10, 20, 100)
LARGEST = 1e6


def scale_of(column: Column) -> tuple[float, float] | None:
    """The lowest and the highest rating of the usual scale that covers the numbers; None where none can.

    Half steps start at 0.5 and whole steps at 1, unless something lower occurs. Scales end at 5, 7, 10, 20 or 100, or
    where the numbers end.
    """
    levels, _ = _levels(column)
    if not len(levels) or np.abs(levels).max() > LARGEST:
        return None
    lowest, highest, step = levels[0], levels[-1], _step(levels)
    start = 1 if step == 1 else 0.5 if step == 0.5 else 0
    low = start if lowest >= start else 0 if lowest >= 0 else math.floor(lowest)
    if lowest < 0:
        high = math.ceil(highest) if highest > 0 else 0
        return (low, max(-low, high)) if highest > 0 else (low, 0)
    if highest <= 1 and step not in (1, 0.5):
        return 0, 1
    ends = [end for end in HIGHEST if end >= 5 and end >= highest]
    return (low, float(ends[0])) if ends else (low, float(math.ceil(highest)))


def is_binary(column: Column) -> bool:
    """Whether the numbers are 1 and 0, 1 and -1, or all three: liked, or not."""
    levels = set(np.unique(column.numbers[np.isfinite(column.numbers)]).tolist())
    return levels in ({0, 1}, {-1, 1}, {-1, 0, 1})


def is_gridded(column: Column) -> bool:
    """Whether the numbers are steps of 1 or a half from 0 to 10, three of them at least: they look like ratings."""
    levels, _ = _levels(column)
    return len(levels) >= 3 and levels[0] >= 0 and levels[-1] <= 10 and _step(levels) in (0.5, 1)


def is_skewed(column: Column) -> bool:
    """Whether the lowest number is the most frequent one and others go far above the mean, as counts do."""
    levels, counts = _levels(column)
    if len(levels) < 3 or levels[0] < 0:
        return False
    mean = float((levels * counts).sum() / counts.sum())
    return int(counts.argmax()) == 0 and levels[-1] > 3 * mean


def unseen_ends(column: Column, scale: tuple[float, float]) -> list[float]:
    """The ends of the scale that no rating has."""
    levels, _ = _levels(column)
    return [end for end in scale if end not in levels]


def liked_from(scale: tuple[float, float], column: Column) -> float:
    """The lowest rating that shows liking: the first level from three quarters up the scale on."""
    levels, _ = _levels(column)
    bound = scale[0] + 0.75 * (scale[1] - scale[0])
    step = _step(levels)
    return min(scale[1], math.ceil(bound / step) * step) if step else bound


def _levels(column: Column) -> tuple[np.ndarray, np.ndarray]:
    """The distinct numbers, ascending, and how often each occurs, without those that are few and far off."""
    finite = np.isfinite(column.numbers)
    numbers, counts = column.numbers[finite], column.counts[finite]
    order = np.argsort(numbers)
    numbers, counts = numbers[order], counts[order]
    if counts.sum() < ROBUST:
        return numbers, counts
    below, above = np.cumsum(counts), np.cumsum(counts[::-1])[::-1]
    kept = (below > 0.002 * counts.sum()) & (above > 0.002 * counts.sum())
    return numbers[kept], counts[kept]


def _step(levels: np.ndarray) -> float:
    """1 or 0.5 where all levels are multiples of it, else 0."""
    for step in (1, 0.5):
        if (np.mod(levels, step) == 0).all():
            return step
    return 0
