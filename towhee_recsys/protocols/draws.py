"""How ratings are parted. A draw gives each rating one part, so that no two parts share any."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from towhee_recsys.data.interactions import Interactions

UNUSED, TRAIN, VALIDATION, TEST = range(-1, 3)

OFTEN_RATED = 20
"""Interactions from which on an item may be held out: with fewer, hardly anybody could be asked for it."""


@dataclass(frozen=True, eq=False)
class Source:
    """What is drawn from: all ratings in the dataset's order, their `times` int64[ratings], the scale's `middle`."""

    ratings: Interactions
    times: np.ndarray
    middle: float


def rating_90_10(source: Source, random: np.random.Generator) -> np.ndarray:
    """A part for each rating, int8[ratings], as all draws give: a random tenth of all is the test."""
    count = len(source.ratings)
    return _tested(random.permutation(count) < _share_of(count, 0.1))


def ranking_80_20(source: Source, random: np.random.Generator) -> np.ndarray:
    """A random fifth of each user's ratings is the test, rounded: of one or two ratings none."""
    users = source.ratings.users
    return _tested(ranks_within(users, random.random(len(users))) < np.rint(0.2 * _counts_within(users)))


def random_811(source: Source, random: np.random.Generator) -> np.ndarray:
    """RecBole's split: of each user's ratings from the middle up, a tenth is for validation and a tenth the test.

    Tenths are rounded down; who has less than ten ratings gives one to the test if two are there, and one to
    the validation if three are (RecBole's `Dataset._calcu_split_ids`).
    """
    used = source.ratings.values >= source.middle
    users = source.ratings.users[used]
    ranks, counts = ranks_within(users, random.random(len(users))), _counts_within(users)
    to_test, to_validate = np.maximum(counts // 10, counts > 1), np.maximum(counts // 10, counts > 2)
    parts = np.full(len(used), UNUSED, dtype=np.int8)
    parts[used] = np.select([ranks < to_test, ranks < to_test + to_validate], [TEST, VALIDATION], TRAIN)
    return parts


def leave_last_out(source: Source, random: np.random.Generator) -> np.ndarray:
    """The last rating of each user who has others is the test; which of the simultaneous ones is last, is drawn."""
    users = source.ratings.users
    ranks, counts = ranks_within(users, source.times, random.random(len(users))), _counts_within(users)
    return _tested((ranks == counts - 1) & (counts > 1))


def temporal(source: Source, random: np.random.Generator) -> np.ndarray:
    """The last fifth of all ratings is the test; which of the simultaneous ones come last, is drawn."""
    count = len(source.ratings)
    everybody = np.zeros(count, dtype=np.int64)
    return _tested(ranks_within(everybody, source.times, random.random(count)) >= count - _share_of(count, 0.2))


def cold_users(source: Source, random: np.random.Generator) -> np.ndarray:
    """All ratings of a random tenth of the users who have any are the test."""
    users = np.unique(source.ratings.users)
    return _tested(np.isin(source.ratings.users, random.permutation(users)[: _share_of(len(users), 0.1)]))


def cold_items(source: Source, random: np.random.Generator) -> np.ndarray:
    """All ratings of a random twentieth of the items with 20 ratings are the test.

    Where so few have 20 that a twentieth is none, it is drawn from all items with a rating.
    """
    counts = np.bincount(source.ratings.items)
    often = np.flatnonzero(counts >= OFTEN_RATED)
    items = often if round(0.05 * len(often)) else np.flatnonzero(counts)
    return _tested(np.isin(source.ratings.items, random.permutation(items)[: _share_of(len(items), 0.05)]))


def hold_back(parts: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    """`parts` with a random `share` of the training part for validation, unless the draw has set some aside."""
    if not share or (parts == VALIDATION).any():
        return parts
    train = np.flatnonzero(parts == TRAIN)
    held = random.permutation(train)[: _share_of(len(train), share)]
    return np.where(np.isin(np.arange(len(parts)), held), np.int8(VALIDATION), parts)


def ranks_within(groups: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """The place of each line among those of its group, counted from 0, ascending by the first of `keys`, then the next.

    `groups` are whole numbers from 0 up, int64[n]; so is the answer.
    """
    order = np.lexsort((*reversed(keys), groups))
    counts = np.bincount(groups)
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - (np.cumsum(counts) - counts)[groups[order]]
    return ranks


def _counts_within(groups: np.ndarray) -> np.ndarray:
    """How many lines the group of each line has, int64[n]."""
    return np.bincount(groups)[groups]


def _share_of(count: int, share: float) -> int:
    """The rounded share: at least one, and as long as there are two never all."""
    return max(1, min(round(share * count), count - 1))


def _tested(mask: np.ndarray) -> np.ndarray:
    return np.where(mask, np.int8(TEST), np.int8(TRAIN))
