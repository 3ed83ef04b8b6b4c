"""Exact scores of users and items by matrix products, and the items of the highest ones."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from towhee_recsys.bulk.items import Items
from towhee_recsys.bulk.top_k import NONE, Highest, highest
from towhee_recsys.data.items import Id
from towhee_recsys.model.embeddings import Embeddings, ModelRef
from towhee_recsys.requests import Request
from towhee_recsys.requests.diversity import diverse
from towhee_recsys.stores.vectors import id_array

USERS, ITEMS = 512, 16_384
"""Users and items of one matrix product: 32 MB of scores at most, whatever the number of either is."""

POPULAR = 2.0
"""Popular items get scores above this number, which no cosine reaches, for users of whom nothing is known."""


ItemsOfUsers = tuple[np.ndarray, np.ndarray]
"""Positions of users int64[m], ascending, and ids of items int64[m] or object[m]: an item of the user in each place."""

Cells = tuple[np.ndarray, np.ndarray]
"""Rows int64[m] and columns int64[m] of a matrix of scores."""


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
        threads: How many compute at once; None for as many as there are processors.
    """

    def __init__(self, items: Items, popular: Mapping[Id, float], request: Request, threads: int | None = None):
        import pandas as pd

        self._threads = threads or os.cpu_count() or 1
        self._items, self._request, self._columns = items, request, pd.Index(items.ids)
        columns = self._columns_of(list(popular))
        there = columns >= 0
        order = np.arange(len(columns), dtype=np.float32)
        self._popular = np.zeros(len(items), dtype=np.float32)
        self._popular[columns[there]] = np.fromiter(popular.values(), np.float32, len(popular))[there]
        self._popular_keys = np.full(len(items), -np.inf, dtype=np.float32)
        self._popular_keys[columns[there]] = POPULAR + (len(order) - order[there]) / max(1, len(order))

    def __call__(
        self, users: Embeddings, known: np.ndarray, leave_out: ItemsOfUsers, hidden: Collection[Id] = ()
    ) -> Answers:
        """The recommendations for each of several users.

        Args:
            users: Their unit vectors, n.
            known: Whether anything is known of each, bool[n]; others get the most popular items.
            leave_out: The items not to recommend to each.
            hidden: The ids of items that nobody gets.
        """
        gone, (rows, columns) = self._not_for_anybody(hidden), self._cells(leave_out)
        firsts = range(0, len(users), USERS)

        def block(first: int) -> Answers:
            part = slice(first, first + USERS)
            here = slice(*np.searchsorted(rows, [first, first + USERS]))
            cells = rows[here] - first, columns[here]
            return self._block(users[part], known[part], cells, gone, first)

        with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(self._threads) as pool:
            return _joined(list(pool.map(block, firsts)), self._items.ids)

    def _block(self, users: Embeddings, known: np.ndarray, cells: Cells, gone: np.ndarray, first: int) -> Answers:
        found = self._highest(users, ~known, cells, gone)
        if self._request.diversity:
            found = self._diverse(found, ~known)
        places, page = found.places, self._request.page
        on_page = (places >= page.start) & (places < page.stop)
        found, places = found.at(on_page), places[on_page]
        unknown = ~known[found.rows]
        scores, is_cosine = found.scores, not unknown.any()
        if not is_cosine:
            scores = np.where(unknown, self._popular[found.columns], scores)
        return Answers(
            found.rows + first,
            (places + 1).astype(np.int32),
            self._items.ids[found.columns],
            scores,
            self._ratings(users, found, is_cosine),
            self._deviations(users, found),
        )

    def _highest(self, users: Embeddings, unknown: np.ndarray, cells: Cells, gone: np.ndarray) -> Highest:
        """The columns of the highest scores of each user, and the scores."""
        variances, best = self._most_variance(users), NONE
        for part, rows, columns in self._parts(cells):
            scores = users.search @ self._items.vectors[part].T
            if unknown.any():
                popular = np.flatnonzero(self._popular_keys[part] > 0)
                scores[np.ix_(unknown, popular)] = self._popular_keys[part][popular]
            scores[rows, columns] = -np.inf
            scores[:, gone[(gone >= part.start) & (gone < part.stop)] - part.start] = -np.inf
            if variances is not None and self._items.variances is not None:
                scores[~(self._items.variances[part] <= variances[:, np.newaxis])] = -np.inf
            best = highest(scores, self._request.candidates, part.start, best)
        return best

    def _parts(self, cells: Cells) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Some items at a time: their columns, and the rows and columns, from 0, of the cells to leave out there."""
        (rows, columns), total = cells, len(self._items)
        if total > ITEMS:
            order = np.argsort(columns, kind="stable")
            rows, columns = rows[order], columns[order]
        for first in range(0, total, ITEMS):
            part = slice(first, min(first + ITEMS, total))
            here = slice(*np.searchsorted(columns, [part.start, part.stop])) if total > ITEMS else slice(None)
            yield part, rows[here], columns[here] - first

    def _cells(self, leave_out: ItemsOfUsers) -> Cells:
        """The rows and columns of the scores of items that users do not get."""
        rows, columns = leave_out[0], self._columns_of(leave_out[1])
        there = columns >= 0
        return (rows, columns) if there.all() else (rows[there], columns[there])

    def _columns_of(self, ids: Sequence[Id] | np.ndarray) -> np.ndarray:
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

    def _diverse(self, found: Highest, unknown: np.ndarray) -> Highest:
        """The same in the order of diverse lists, as long as the page needs."""
        end = self._request.page.stop
        scores = np.where(unknown[found.rows], self._popular[found.columns], found.scores)
        chosen = [np.zeros(0, dtype=np.int64)]
        starts = np.flatnonzero(np.diff(found.rows, prepend=-1))
        for start, stop in pairwise([*starts.tolist(), len(found.rows)]):
            vectors = self._items.vectors[found.columns[start:stop]]
            places = diverse(scores[start:stop], vectors, self._request.diversity, end)
            chosen.append(start + np.asarray(places, dtype=np.int64))
        return found.at(np.concatenate(chosen))

    def _ratings(self, users: Embeddings, found: Highest, is_cosine: bool) -> np.ndarray | None:
        """The predicted ratings, from the scores where these are cosines of the vectors to predict ratings with."""
        model: ModelRef | None = users.model
        if model is None or model.calibration is None:
            return None
        if is_cosine and users.rating is None:
            return model.calibration.ratings(found.scores)
        vectors = self._items.vectors[found.columns]
        return model.calibration.ratings(np.einsum("ij,ij->i", vectors, users.for_rating[found.rows]))

    def _deviations(self, users: Embeddings, found: Highest) -> np.ndarray | None:
        if users.variances is None or self._items.variances is None:
            return None
        return np.asarray(np.sqrt(users.variances[found.rows] * self._items.variances[found.columns]))


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
