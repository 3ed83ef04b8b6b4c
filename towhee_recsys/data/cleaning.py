"""Cleaning as a dataset declares it: intervals, then duplicates, then the k-core; and how much each has removed.

Each rule is a function of arrays that changes no argument. What it keeps stays in the order of the data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.config.cleaning import DuplicateRule
from towhee_recsys.data.decay import remaining
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.data.pairs import pair_keys
from towhee_recsys.errors import DatasetError

if TYPE_CHECKING:
    from towhee_recsys.data.dataset import Dataset


def cleaned(dataset: Dataset) -> Dataset:
    """`dataset` with the interactions that its declaration keeps; `removed` counts the others by the rule.

    The tables of users and items keep their rows. Events of one user and item that are added up do not count as
    removed: nothing of them is lost.

    Raises:
        DatasetError: no interaction is left.
    """
    declared = dataset.schema.interactions
    core, rule, half_life = declared.min_interactions, declared.duplicate_rule, dataset.schema.feedback.half_life
    rules: dict[str, Callable[[Interactions], Interactions]] = {
        "between.value": lambda given: _within(given, given.values, declared.between.value),
        "between.time": lambda given: _within(given, given.times, declared.between.seconds),
        "duplicates": lambda given: given if rule == "error" else merged(given, rule, half_life),
        "min_interactions": lambda given: given.at(k_core(given, core.user, core.item)),
    }
    removed: Counter[str] = Counter()
    kept = dataset.interactions
    for name, keep in rules.items():
        before, kept = len(kept), keep(kept)
        if before > len(kept) and (name, rule) != ("duplicates", "sum"):
            removed[name] = before - len(kept)
        if not len(kept):
            raise _nothing_left(dataset, removed)
    return replace(dataset, interactions=kept, removed=removed)


def within(values: np.ndarray, limits: tuple[float | None, float | None]) -> np.ndarray:
    """Where `values` lie between `limits`, bool[n]; both belong to the interval, and None is no limit."""
    lowest, highest = limits
    kept = np.ones(len(values), dtype=bool)
    if lowest is not None:
        kept &= values >= lowest
    if highest is not None:
        kept &= values <= highest
    return kept


def merged(interactions: Interactions, rule: DuplicateRule, half_life: float | None = None) -> Interactions:
    """Each pair of a user and an item once, where it comes first.

    `first`, `last` and `max` keep one row of each pair with its time: the earliest, the latest, or the one of highest
    value, of several such the latest. Rows of one time are in the order of the data. `mean` and `sum` have the time of
    the latest. With a half-life a sum is what remains of the values at that time.

    Args:
        interactions: With any number of rows a pair.
        rule: Any but `error`.
        half_life: Seconds in which a value halves; None for no decay.
    """
    pairs = pair_keys(interactions.users, interactions.items)
    keys = (interactions.times, interactions.values, pairs) if rule == "max" else (interactions.times, pairs)
    order = np.lexsort(keys)
    starts = np.flatnonzero(np.diff(pairs[order], prepend=-1))
    if len(starts) == len(pairs):
        return interactions
    ends = np.append(starts[1:], len(pairs)) - 1
    kept = order[starts if rule == "first" else ends]
    back = np.argsort(np.minimum.reduceat(order, starts))
    found = interactions.at(kept[back])
    if rule not in ("sum", "mean"):
        return found
    counts = ends - starts + 1
    ages = np.repeat(interactions.times[kept], counts) - interactions.times[order]
    values = interactions.values[order] * remaining(ages, half_life if rule == "sum" else None)
    totals = np.add.reduceat(values, starts) / (counts if rule == "mean" else 1)
    return replace(found, values=totals[back].astype(np.float32))


def k_core(interactions: Interactions, least_of_user: int, least_of_item: int) -> np.ndarray:
    """The rows of the largest part in which users have `least_of_user` interactions, items `least_of_item`: int64[m].

    Pairs come once.
    """
    users, items, rows = interactions.users, interactions.items, np.arange(len(interactions))
    if least_of_user <= 1 and least_of_item <= 1:
        return rows
    while True:
        of_user, of_item = np.bincount(users[rows]), np.bincount(items[rows])
        kept = (of_user[users[rows]] >= least_of_user) & (of_item[items[rows]] >= least_of_item)
        if kept.all():
            return rows
        rows = rows[kept]


def _within(
    interactions: Interactions, values: np.ndarray, limits: tuple[float | None, float | None] | None
) -> Interactions:
    if limits is None:
        return interactions
    kept = within(values, limits)
    return interactions if kept.all() else interactions.at(kept)


def _nothing_left(dataset: Dataset, removed: Counter[str]) -> DatasetError:
    rules = ", ".join(f"dataset.interactions.{name} removed {count:,}" for name, count in removed.items())
    return DatasetError(
        f"nothing is left of the {len(dataset.interactions):,} interactions of {dataset.name}: {rules}. Widen or "
        "leave out what removes too much."
    )
