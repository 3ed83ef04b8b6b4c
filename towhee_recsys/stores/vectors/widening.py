"""Ever wider searches, and the narrowest of them whose recall is as wanted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.stores.vectors.index_types import search_settings, width_limit

LENGTH = 10
"""Recall is that of the nearest 10."""

CERTAINTY = 1.645
"""Standard errors of the sample by which its recall is above the declared one: a bound that 19 of 20 samples keep."""

STEP = math.sqrt(2)
"""The factor from one search width to the next: two steps double it."""


@dataclass(frozen=True)
class Trial:
    """The recall of a sample with search `settings`, and its standard error."""

    settings: dict[str, int]
    recall: float
    error: float

    @classmethod
    def of(cls, settings: dict[str, int], shares: np.ndarray) -> Trial:
        """The trial whose n queries found these `shares` float[n] of their exact nearest items."""
        return cls(settings, float(shares.mean()), float(shares.std()) / math.sqrt(len(shares)))

    @property
    def surely(self) -> float:
        """The recall that the sample ensures."""
        return self.recall - CERTAINTY * self.error

    def __str__(self) -> str:
        shown = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return f"recall@{LENGTH} is {self.recall:.4f} on a sample, which ensures {self.surely:.4f}, with {shown}"


def narrowest(trials: Iterable[Trial], wanted: float) -> Trial:
    """The first of ever wider searches that surely has the `wanted` recall, after which none is tried.

    Where none has, it is the first whose recall is within a standard error of the highest.
    """
    tried: list[Trial] = []
    for each in trials:
        tried.append(each)
        if each.surely >= wanted:
            return each
    highest = max(each.recall for each in tried)
    return next(each for each in tried if each.recall + each.error >= highest)


def widths(index: IndexType, rows: int) -> Iterator[dict[str, int]]:
    """The search settings to try, such as {"ef": 64}: those of `index`, then ever wider ones up to all rows."""
    for name, width in search_settings(index, LENGTH).items():
        most = max(width, width_limit(index, rows))
        while width < most:
            yield {name: width}
            width = min(most, math.ceil(width * STEP))
        yield {name: most}
