"""Recommendations for one block of users, in whichever process an engine computes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from towhee_recsys.bulk.items import Items, open_items, read_items
from towhee_recsys.bulk.scoring import Answers, ItemsOfUsers, Scorer
from towhee_recsys.data.items import Id, IdType
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings, normalize
from towhee_recsys.requests import EventReader, Request
from towhee_recsys.stores.feedback import open_feedback
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import IndexRecord, id_array, open_store

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class UserBlock:
    """Some users, one after the other in the input.

    Attributes:
        number: The block's place in the order of blocks, from 0.
        first: The row of the first user in the input, from 0.
        users: Their records.
        requests: Those of users who have items or wishes of their own, by their positions in `users`.
    """

    number: int
    first: int
    users: Sequence[dict[str, Any]]
    requests: Mapping[int, Request]


@dataclass(frozen=True)
class RecommendBlock:
    """Recommends to blocks of users. What it needs is loaded in a process at the first block, and kept there.

    Attributes:
        model_dir: The folder of the model.
        record: The build whose items are recommended.
        uri: The Milvus with the build.
        access: The settings of `milvus.access`, as JSON.
        feedback: The URL of the feedback.
        history: The URL of the history.
        unknown_user: How an id that the model does not know is handled, as in the config.
        request: The request of all users without items of their own.
        user_type: The type of the users' ids.
        folder: The folder with the items that may be recommended; None where each process reads them from the build.
        threads: Threads that compute at once; None for as many as there are processors.
    """

    model_dir: str
    record: IndexRecord
    uri: str
    access: str
    feedback: str
    history: str
    unknown_user: Literal["error", "general"]
    request: Request
    user_type: IdType
    folder: str | None = None
    threads: int | None = None

    def __call__(self, block: UserBlock) -> tuple[int, pa.Table]:
        """The number of the block, and a row for each recommendation; users stay in their order.

        Raises:
            QueryError: a user is not acceptable.
            IndexMismatchError: the build has no history.
            StoreError: a store fails.
        """
        return block.number, _loaded(self).answered(block)

    def items(self, folder: Path | None = None) -> Items:
        """The items that may be recommended, read from the build; into a `folder`, if there is one."""
        store = open_store(self.uri, json.loads(self.access))
        return read_items(store, self.record, self.request.where, self.request.exclude, folder)


class _Loaded:
    """What one process needs to recommend."""

    def __init__(self, how: RecommendBlock):
        from towhee_recsys.bundle import UserEncoder, load_bundle, popular_items

        bundle = load_bundle(how.model_dir)
        self._how, self._encoder = how, UserEncoder(bundle, how.unknown_user)
        self._id_column, self._item_column = bundle.schema.users.id, bundle.item_schema.id
        self._history = open_history(how.history)
        feedback = open_feedback(how.feedback, how.uri, how.record.collection)
        self._events = EventReader(bundle, feedback, self._history)
        items = open_items(Path(how.folder), how.record.id_type) if how.folder else how.items()
        self._scorer = Scorer(items, popular_items(bundle), how.request, how.threads)

    def answered(self, block: UserBlock) -> pa.Table:
        """The recommendations for a block."""
        requests = [block.requests.get(row, self._how.request) for row in range(len(block.users))]
        events = self._events(block.users, requests, lambda: self._how.record)
        vectors = self._vectors(events.users, block.first)
        known = self._encoder.knows(events.users)
        other = {row: items for row, items in enumerate(events.seen) if items}
        for row, request in block.requests.items():  # what the others' exclude is not in `items`
            other[row] = [*other.get(row, ()), *request.exclude]
        left_out = _merged(self._history_of(block.users, requests), other, self._how.record.id_type)
        return self._table(block.users, self._scorer(vectors, known, left_out, events.hidden))

    def _history_of(self, users: Sequence[dict[str, Any]], requests: Sequence[Request]) -> ItemsOfUsers:
        """The items that users have seen, where requests leave these out."""
        rows = np.array([row for row, request in enumerate(requests) if not request.include_seen], dtype=np.int64)
        keys = [users[row][self._id_column] for row in rows]
        ids, lengths = self._seen(keys)
        others = np.flatnonzero(lengths == 0)
        if self._how.user_type == "int" and len(others):  # their ids may be texts of digits
            theirs, their_lengths = self._seen([str(keys[place]) for place in others])
            if len(theirs):
                ids, lengths = np.concatenate([ids, theirs]), np.concatenate([lengths, their_lengths])
                rows = np.concatenate([rows, rows[others]])
        return _ordered(np.repeat(rows, lengths), ids)

    def _seen(self, users: Sequence[Id]) -> tuple[np.ndarray, np.ndarray]:
        if not users:
            return id_array([], self._how.record.id_type), np.zeros(0, dtype=np.int64)
        return self._history.get_arrays(users, self._how.record.build)

    def _vectors(self, users: Sequence[Any], first: int) -> Embeddings:
        try:
            return normalize(self._encoder(users))
        except QueryError:
            for row, user in enumerate(users, start=first + 1):
                try:
                    self._encoder([user])
                except QueryError as error:
                    raise QueryError(f"users, row {row}: {error}", error.field, error.accepted) from None
            raise

    def _table(self, users: Sequence[dict[str, Any]], found: Answers) -> pa.Table:
        import pyarrow as pa

        types = {"int": pa.int64(), "text": pa.string()}
        ids = id_array([user[self._id_column] for user in users], self._how.user_type)[found.users]
        name = f"user_{self._id_column}" if self._id_column == self._item_column else self._id_column
        columns = {
            name: pa.array(ids, types[self._how.user_type]),
            "rank": pa.array(found.ranks),
            self._item_column: pa.array(found.items, types[self._how.record.id_type]),
            "score": pa.array(found.scores),
        }
        if found.ratings is not None:
            columns["predicted_rating"] = pa.array(found.ratings.astype(np.float32))
        if found.deviations is not None:
            columns["predicted_rating_std"] = pa.array(found.deviations.astype(np.float32))
        return pa.table(columns)


def _merged(items: ItemsOfUsers, others: Mapping[int, Sequence[Id]], id_type: IdType) -> ItemsOfUsers:
    """The items, which may be none, and those of users by their positions."""
    if not others:
        return items
    rows = np.repeat(np.array([*others], dtype=np.int64), [len(ids) for ids in others.values()])
    ids = id_array([each for ids in others.values() for each in ids], id_type)
    return _ordered(np.concatenate([items[0], rows]), np.concatenate([items[1], ids]))


def _ordered(rows: np.ndarray, ids: np.ndarray) -> ItemsOfUsers:
    order = np.argsort(rows, kind="stable")
    return rows[order], ids[order]


@lru_cache(maxsize=1)  # one run at a time: the items may take much memory
def _loaded(how: RecommendBlock) -> _Loaded:
    return _Loaded(how)


def forget_items() -> None:
    """Frees what this process has loaded."""
    _loaded.cache_clear()
