"""Exact scores of users and items by matrix products, and the items of the highest ones."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from towhee_recsys.bulk.items import Items
from towhee_recsys.bulk.top_k import ordered, top_columns
from towhee_recsys.data.items import Id
from towhee_recsys.model.embeddings import Embeddings, ModelRef
from towhee_recsys.requests import Request
from towhee_recsys.requests.diversity import diverse
from towhee_recsys.stores.vectors import id_array

USERS, ITEMS = 512, 16_384
"""Users and items of one matrix product: 32 MB of scores at most, whatever the number of either is."""

POPULAR = 2.0
"""Popular items get scores above this number, which no cosine reaches, for users of whom nothing is known."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Recommendations of several users, one after the other, best first; m in all.

    Attributes:
        users: The position of each one's user, int64[m].
        ranks: From 1, int32[m].
        items: The item's ids, int64[m] or object[m] of str.
        scores: Cosines, or relative popularities where nothing is known of the user, float32[m].
        ratings: The predicted ratings, float64[m]; None where there is no rating scale.
        deviations: The standard deviations of their errors, float64[m]; None where they are not known.
    """

    users: np.ndarray
    ranks: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    ratings: np.ndarray | None
    deviations: np.ndarray | None


class Scorer:
    """Recommends items to users by their vectors.

    Args:
        items: The items that may be recommended.
        popular: The relative popularity of items, the most popular first.
        request: How many items each user gets; what else it says of items holds for `items` already.
    """

    def __init__(self, items: Items, popular: Mapping[Id, float], request: Request):
        import pandas as pd

        self._items, self._request, self._columns = items, request, pd.Index(items.ids)
        columns = self._columns_of(list(popular))
        there = columns >= 0
        order = np.arange(len(columns), dtype=np.float32)
        self._popular = np.zeros(len(items), dtype=np.float32)
        self._popular[columns[there]] = np.fromiter(popular.values(), np.float32, len(popular))[there]
        self._popular_keys = np.full(len(items), -np.inf, dtype=np.float32)
        self._popular_keys[columns[there]] = POPULAR + (len(order) - order[there]) / max(1, len(order))

    def __call__(
        self, users: Embeddings, known: np.ndarray, leave_out: Sequence[Collection[Id]], hidden: Collection[Id] = ()
    ) -> Answers:
        """The recommendations for each of several users.

        Args:
            users: Their unit vectors, n.
            known: Whether anything is known of each, bool[n]; others get the most popular items.
            leave_out: For each the ids of items not to recommend.
            hidden: The ids of items that nobody gets.
        """
        gone = self._not_for_anybody(hidden)
        parts = [
            self._block(users[first : first + USERS], known[first : first + USERS], part, gone, first)
            for first, part in ((first, leave_out[first : first + USERS]) for first in range(0, len(users), USERS))
        ]
        return _joined(parts, self._items.ids)

    def _block(
        self, users: Embeddings, known: np.ndarray, leave_out: Sequence[Collection[Id]], gone: np.ndarray, first: int
    ) -> Answers:
        columns, keys = self._highest(users, ~known, self._cells(leave_out), gone)
        columns, keys = self._diverse(columns, keys, ~known) if self._request.diversity else (columns, keys)
        page = self._request.page
        columns, keys = columns[:, page], keys[:, page]
        rows, places = np.nonzero(np.isfinite(keys))
        columns, scores = columns[rows, places], keys[rows, places]
        of_unknown = ~known[rows]
        scores = np.where(of_unknown, self._popular[columns], scores) if of_unknown.any() else scores
        ratings = self._ratings(users, rows, columns, None if of_unknown.any() else scores)
        deviations = self._deviations(users, rows, columns)
        ranks = (places + page.start + 1).astype(np.int32)
        return Answers(rows + first, ranks, self._items.ids[columns], scores, ratings, deviations)

    def _highest(
        self, users: Embeddings, unknown: np.ndarray, cells: tuple[np.ndarray, np.ndarray], gone: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The columns int64[n, c] of the highest scores of each user, and the scores float32[n, c]; -inf for none."""
        count, variances = self._request.candidates, self._most_variance(users)
        best: tuple[np.ndarray, np.ndarray] | None = None
        for part, rows, columns in self._parts(*cells):
            scores = users.search @ self._items.vectors[part].T
            if unknown.any():
                popular = np.flatnonzero(self._popular_keys[part] > 0)
                scores[np.ix_(unknown, popular)] = self._popular_keys[part][popular]
            scores[rows, columns] = -np.inf
            scores[:, gone[(gone >= part.start) & (gone < part.stop)] - part.start] = -np.inf
            if variances is not None and self._items.variances is not None:
                scores[~(self._items.variances[part] <= variances[:, np.newaxis])] = -np.inf
            places, keys = top_columns(scores, count)
            found = places + part.start, keys
            if best is not None:
                joined = [np.concatenate(pair, axis=1) for pair in zip(best, found, strict=True)]
                places, keys = top_columns(joined[1], count)
                found = np.take_along_axis(joined[0], places, axis=1), keys
            best = found
        if best is None:
            return np.zeros((len(users), 0), dtype=np.int64), np.zeros((len(users), 0), dtype=np.float32)
        return ordered(*best)

    def _parts(self, rows: np.ndarray, columns: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Some items at a time: their columns, and the rows and columns, from 0, of the cells to leave out there."""
        total = len(self._items)
        if total > ITEMS:
            order = np.argsort(columns, kind="stable")
            rows, columns = rows[order], columns[order]
        for first in range(0, total, ITEMS):
            part = slice(first, min(first + ITEMS, total))
            here = slice(*np.searchsorted(columns, [part.start, part.stop])) if total > ITEMS else slice(None)
            yield part, rows[here], columns[here] - first

    def _cells(self, leave_out: Sequence[Collection[Id]]) -> tuple[np.ndarray, np.ndarray]:
        """The rows and columns of the scores of items that users do not get."""
        rows = np.repeat(np.arange(len(leave_out)), [len(ids) for ids in leave_out])
        columns = self._columns_of(list(chain.from_iterable(leave_out)))
        return rows[columns >= 0], columns[columns >= 0]

    def _columns_of(self, ids: Sequence[Id]) -> np.ndarray:
        """The column of each id, -1 where the items do not have it."""
        return np.asarray(self._columns.get_indexer(id_array(ids, self._items.id_type)))

    def _not_for_anybody(self, hidden: Collection[Id]) -> np.ndarray:
        """The columns of items that are hidden, or have expired by now."""
        columns = self._columns_of(list(hidden))
        if self._items.expiry is None:
            return columns[columns >= 0]
        return np.concatenate([columns[columns >= 0], np.flatnonzero(self._items.expiry < time.time())])

    def _most_variance(self, users: Embeddings) -> np.ndarray | None:
        """The most that an item may multiply each user's variance by, float64[n]; None where it may be any."""
        if self._request.max_std is None:
            return None
        if users.variances is None:
            self._request.filter_for(None)  # raises
        return np.asarray(self._request.max_std**2 / np.asarray(users.variances))

    def _diverse(self, columns: np.ndarray, keys: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same with each user's candidates in the order of a diverse list; the rest of a row is -inf."""
        end = self._request.offset + self._request.top_k
        made, scores = np.zeros((len(keys), end), dtype=np.int64), np.full((len(keys), end), -np.inf, dtype=np.float32)
        for row, (own, found) in enumerate(zip(columns, keys, strict=True)):
            own, found = own[np.isfinite(found)], found[np.isfinite(found)]
            relevance = self._popular[own] if unknown[row] else found
            chosen = diverse(relevance, self._items.vectors[own], self._request.diversity, end)
            made[row, : len(chosen)], scores[row, : len(chosen)] = own[chosen], found[chosen]
        return made, scores

    def _ratings(
        self, users: Embeddings, rows: np.ndarray, columns: np.ndarray, cosines: np.ndarray | None
    ) -> np.ndarray | None:
        """The predicted ratings; `cosines` are those of the vectors to search with, where they are known."""
        model: ModelRef | None = users.model
        if model is None or model.calibration is None:
            return None
        if cosines is None or users.rating is not None:
            cosines = np.einsum("ij,ij->i", self._items.vectors[columns], users.for_rating[rows])
        return model.calibration.ratings(cosines)

    def _deviations(self, users: Embeddings, rows: np.ndarray, columns: np.ndarray) -> np.ndarray | None:
        if users.variances is None or self._items.variances is None:
            return None
        return np.sqrt(users.variances[rows] * self._items.variances[columns])


def _joined(parts: Sequence[Answers], ids: np.ndarray) -> Answers:
    def optional(columns: Sequence[np.ndarray | None]) -> np.ndarray | None:
        there = [column for column in columns if column is not None]
        return np.concatenate(there) if there else None

    return Answers(
        np.concatenate([part.users for part in parts]),
        np.concatenate([part.ranks for part in parts]),
        np.concatenate([ids[:0], *(part.items for part in parts)]),
        np.concatenate([part.scores for part in parts]),
        optional([part.ratings for part in parts]),
        optional([part.deviations for part in parts]),
    )
