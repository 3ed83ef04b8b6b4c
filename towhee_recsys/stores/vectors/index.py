"""The index of item vectors, as it is read: which model it is of, and what is nearest to a query."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.stores.vectors.checks import must_be_there
from towhee_recsys.stores.vectors.hits import Hits, checked_top_k
from towhee_recsys.stores.vectors.milvus.connect import connect
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import MAX_TOP_K, exists
from towhee_recsys.stores.vectors.milvus.types import IndexType
from towhee_recsys.stores.vectors.pending import settle
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.search import Asked, ask, found
from towhee_recsys.stores.vectors.vector_cache import KnownVectors
from towhee_recsys.stores.vectors.version_cache import LastRead
from towhee_recsys.stores.vectors.versions import Versions, must_be_ours

REBUILD = "Build it with `towhee-recsys index -c CONFIG`."

_indexes: dict[tuple[int, str], ItemIndex] = {}
_lock = threading.RLock()


def open_index(uri: str, collection: str, access: Mapping[str, Any] | None = None) -> ItemIndex:
    """The index called `collection` in the Milvus at `uri`, one object a process. Raises StoreError.

    `access` is what `connect` takes.
    """
    milvus = connect(uri, access)
    with _lock:
        return _indexes.setdefault((id(milvus), collection), ItemIndex(milvus, collection))


class ItemIndex:
    """Unit vectors by item id. They lie in a *build*, a Milvus collection; one build is live, older ones are kept."""

    def __init__(self, milvus: Milvus, collection: str):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", collection):
            raise QueryError(f"collection {collection!r}: letters, digits and '_' make a name, 100 at most.")
        self.milvus, self.collection = milvus, collection
        self.writing = threading.RLock()
        self._known: dict[IndexRecord, KnownVectors] = {}
        self._last_read = LastRead(milvus, collection, changed=self._forget)

    @property
    def record(self) -> IndexRecord | None:
        """What the live build says of itself, or None before the first one."""
        return self.versions().live

    def versions(self, newest: bool = False) -> Versions:
        """The live build and those that are kept; on a server as they are now, or were half a second ago."""
        return self._last_read.versions(newest)

    def _forget(self) -> None:
        """Even when what is known should be true again one day."""
        self._known = {}

    def live(self, origin: ModelRef | None = None) -> IndexRecord:
        """The live build's record, after checking that its rows are there and that it is of `origin`'s model.

        Ends what a process began and could not end. Raises IndexMismatchError when something is not as recorded.
        """
        record = self.live_in(self.versions(newest=True))
        if record.pending:
            with self.writing:
                settle(self.milvus, self.live_in(self.versions(newest=True)))
            return self.live(origin)
        self.match(record, origin, record.dim)
        try:
            must_be_there(self.milvus, record, REBUILD)
        except IndexMismatchError:
            if self.versions(newest=True).live == record:
                raise
            return self.live(origin)  # it was written meanwhile
        return record

    def search(
        self,
        vectors: np.ndarray,
        top_k: int,
        exclude: Sequence[Collection[int]] | None = None,
        how: IndexType | None = None,
    ) -> list[Hits]:
        """For each query float32[n, dim] the `top_k` items of highest cosine, best first, without its `exclude`.

        They are of the live build or, when that is of another model, of the last one that was of the vectors' model.
        One search for all queries; where other vectors predict stars, items that are found for the first time are
        read, too. `how` tunes the search of a build whose index is of that type. Raises IndexMismatchError when no
        build is of the vectors' model, QueryError for vectors that are not of length 1.
        """
        checked_top_k(top_k)
        asked = ask(vectors, exclude, how)
        began = time.monotonic()
        record = self.answering(asked.vectors.model, asked.vectors.shape[-1])
        try:
            return self._search(record, asked, 0, top_k)
        except StoreError:
            if time.monotonic() - began >= self.milvus.timeout or self._keeps(record):
                raise
        return self.search(vectors, top_k, exclude, how)  # that build has been dropped meanwhile

    def answering(self, origin: ModelRef | None, dim: int) -> IndexRecord:
        """The build that answers vectors of `dim` numbers from `origin`: the live one, or the last of their model.

        So a pipeline that was built before a switch goes on answering. Raises IndexMismatchError.
        """
        versions = self.versions()
        live = self.live_in(versions)
        of_their_model = (each for each in versions.all if origin and each.model_id in (None, origin.model_id))
        record = next(of_their_model, live)
        self.match(record, origin, dim)
        return record

    def has(self, build: str) -> bool:
        """Whether that collection is there."""
        return exists(self.milvus, build)

    def match(self, record: IndexRecord, origin: ModelRef | None, dim: int) -> None:
        """Raises IndexMismatchError when vectors of `dim` numbers from `origin` do not belong into this build."""
        if record.dim != dim:
            raise IndexMismatchError(
                f"the index {self.collection!r} has vectors of {record.dim} numbers, but {dim} were given. {REBUILD}"
            )
        if origin and record.model_id and origin.model_id != record.model_id:
            raise IndexMismatchError(
                f"the index {self.collection!r} is of model {record.model_id}, but model {origin.model_id} "
                f"was expected. {REBUILD} A pipeline that was built before that is built anew."
            )

    def _search(self, record: IndexRecord, asked: Asked, first: int, end: int) -> list[Hits]:
        known = self._known.get(record) or self._known.setdefault(record, KnownVectors(self.milvus, record))
        return [
            Hits(hits, record.build, partial(self._go_on, record, asked, place, end))
            for place, hits in enumerate(found(self.milvus, record, known, asked, first, end))
        ]

    def _go_on(self, record: IndexRecord, asked: Asked, place: int, first: int, count: int) -> Hits:
        try:
            return self._search(record, asked.alone(place), first, min(first + count, MAX_TOP_K))[0]
        except StoreError:
            if self._keeps(record):
                raise
        return Hits((), record.build)  # it has been dropped: there is nothing more of it

    def _keeps(self, record: IndexRecord) -> bool:
        return any(each.build == record.build for each in self.versions(newest=True).all)

    def live_in(self, versions: Versions) -> IndexRecord:
        """The live one of `versions`, unchecked. Raises IndexMismatchError where there is none."""
        if versions.live is None:
            must_be_ours(self.milvus, self.collection)
            raise IndexMismatchError(f"collection {self.collection!r} holds no index yet. {REBUILD}")
        return versions.live
