"""How interactions are split. A draw gives each interaction one part, so that no two parts overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import TEST, TRAIN, VALIDATION, Interactions
from towhee_recsys.errors import EvaluationError

UNUSED = -1

FREQUENT = 20
"""An item with fewer interactions is not held out: there would be hardly any user to test it with."""


@dataclass(frozen=True, eq=False)
class Drawable:
    """What is split.

    Attributes:
        interactions: All interactions, in the dataset's order.
        middle: The middle of the rating scale; the lowest weight above 0 for implicit feedback.
    """

    interactions: Interactions
    middle: float


def rating_90_10(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """A part for each interaction, int8[interactions], as all draws return: a random tenth of all is the test."""
    count = len(given.interactions)
    return _test_where(random.permutation(count) < _share_of(count, 0.1))


def ranking_80_20(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """A random fifth of each user's interactions is the test, rounded: of one or two interactions none."""
    users = given.interactions.users
    return _test_where(ranks_within(users, random.random(len(users))) < np.rint(0.2 * _counts_within(users)))


def random_811(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """RecBole's split: of each user's interactions from the scale's middle up, a tenth each for validation and test.

    Tenths are rounded down; of fewer than ten interactions one is for the test if there are two, and one for validation
    if there are three (RecBole's `Dataset._calcu_split_ids`).
    """
    used = given.interactions.values >= given.middle
    users = given.interactions.users[used]
    ranks, counts = ranks_within(users, random.random(len(users))), _counts_within(users)
    to_test, to_validate = np.maximum(counts // 10, counts > 1), np.maximum(counts // 10, counts > 2)
    parts = np.full(len(used), UNUSED, dtype=np.int8)
    parts[used] = np.select([ranks < to_test, ranks < to_test + to_validate], [TEST, VALIDATION], TRAIN)
    return parts


def leave_last_out(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """The last interaction of each user with several is the test; of simultaneous ones the last is drawn."""
    users = given.interactions.users
    ranks, counts = ranks_within(users, given.interactions.times, random.random(len(users))), _counts_within(users)
    return _test_where((ranks == counts - 1) & (counts > 1))


def temporal(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """The last fifth of all interactions is the test; the order of simultaneous ones is drawn."""
    count = len(given.interactions)
    one_group = np.zeros(count, dtype=np.int64)
    return _test_where(
        ranks_within(one_group, given.interactions.times, random.random(count)) >= count - _share_of(count, 0.2)
    )


def cold_users(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """All interactions of a random tenth of the users who have any are the test."""
    users = np.unique(given.interactions.users)
    return _test_where(np.isin(given.interactions.users, random.permutation(users)[: _share_of(len(users), 0.1)]))


def cold_items(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """All interactions of a random twentieth of the items with at least 20 are the test.

    Where so few items have 20 that a twentieth rounds to none, it is drawn from all items with an interaction.
    """
    counts = np.bincount(given.interactions.items)
    frequent = np.flatnonzero(counts >= FREQUENT)
    items = frequent if round(0.05 * len(frequent)) else np.flatnonzero(counts)
    return _test_where(np.isin(given.interactions.items, random.permutation(items)[: _share_of(len(items), 0.05)]))


def pre_split(given: Drawable, random: np.random.Generator) -> np.ndarray:
    """The parts in which the interactions come.

    Raises:
        EvaluationError: they come in one.
    """
    if given.interactions.parts is None:
        raise EvaluationError(
            "the protocol pre-split needs data that come split: dataset.interactions.test is missing, accepted: the "
            "file with the interactions to test on. Declare it, or choose another protocol."
        )
    return given.interactions.parts


def with_validation(parts: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """`parts` with a random `share` of the training part for validation, unless the draw has a validation part."""
    if not share or (parts == VALIDATION).any():
        return parts
    train = np.flatnonzero(parts == TRAIN)
    parts = parts.copy()
    parts[random.permutation(train)[: _share_of(len(train), share)]] = VALIDATION
    return parts


def ranks_within(groups: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """The rank of each row among those of its group, from 0, ascending by the first of `keys`, then the next.

    `groups` are integers from 0 up, int64[n]; so are the ranks.
    """
    order = np.lexsort((*reversed(keys), groups))
    counts = np.bincount(groups)
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - (np.cumsum(counts) - counts)[groups[order]]
    return ranks


def _counts_within(groups: np.ndarray) -> np.ndarray:
    """How many rows the group of each row has, int64[n]."""
    return np.bincount(groups)[groups]


def _share_of(count: int, share: float) -> int:
    """The rounded share: at least one, and never all of two or more."""
    return max(1, min(round(share * count), count - 1))


def _test_where(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, np.int8(TEST), np.int8(TRAIN))
