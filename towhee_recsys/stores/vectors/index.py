"""The index of item vectors, as it is read: which model it is of, and what is nearest to a query."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal, TypeVar

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.model.embeddings import Embeddings, ModelRef, as_embeddings
from towhee_recsys.stores.vectors.checks import must_be_whole
from towhee_recsys.stores.vectors.filtered import count_matching
from towhee_recsys.stores.vectors.filters import Clause, Filter
from towhee_recsys.stores.vectors.index_types import index_type
from towhee_recsys.stores.vectors.lease import Lease
from towhee_recsys.stores.vectors.locks import BuildLocks
from towhee_recsys.stores.vectors.pending import recover_pending
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import FORMAT, IndexRecord
from towhee_recsys.stores.vectors.rows import Id
from towhee_recsys.stores.vectors.search import Hit, SearchRequest, hits_of, search_build, search_request
from towhee_recsys.stores.vectors.vector_cache import VectorCache
from towhee_recsys.stores.vectors.versions import REBUILD, VersionCache, Versions, must_be_ours
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.progress import Progress

_Result = TypeVar("_Result")


class VectorIndex:
    """Unit vectors by item id. They are in *builds* of a store; one build is live, older ones are kept.

    Attributes:
        store: The store of the builds.
        collection: The name of the index in it.
        writing: Held by the thread of this process that changes the index.
        progress: Reports the number of rows that this process writes to a build.
        lease: What keeps other processes from building in this index.
        locks: The builds that this process fills.
    """

    def __init__(self, store: VectorStore, collection: str):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", collection):
            raise QueryError(f"collection {collection!r}: letters, digits and '_' make a name, 100 at most.")
        self.store, self.collection = store, collection
        self.writing, self.progress = new_lock(reentrant=True), Progress()
        self.lease = Lease(store, collection)
        self.locks = BuildLocks(self.lease)
        self._caches: dict[IndexRecord, VectorCache] = {}
        self._default_types: dict[str, IndexType] = {}
        self._version_cache = VersionCache(store, collection, changed=self._forget)

    @property
    def record(self) -> IndexRecord | None:
        """The record of the live build, or None before the first one."""
        return self.versions().live

    def versions(self, newest: bool = False) -> Versions:
        """The live build and the kept ones; of a shared store as they are now, or were half a second ago."""
        return self._version_cache.versions(newest)

    def live(self, model: ModelRef | None = None) -> IndexRecord:
        """The live build's record, after checking that its rows are there and that it is of `model`.

        Completes a change that another process began and could not complete.

        Raises:
            IndexMismatchError: there is no index, or something is not as recorded.
            StoreError: the store fails.
        """
        record = self.live_in(self.versions(newest=True))
        if record.pending:
            with self.writing:
                recover_pending(self.store, self.live_in(self.versions(newest=True)))
            return self.live(model)
        self.must_match(record, model, record.dim)
        try:
            must_be_whole(self.store, record, REBUILD)
        except IndexMismatchError:
            if self.versions(newest=True).live == record:
                raise
            return self.live(model)  # it was written in between
        return record

    def search(
        self,
        queries: Any,
        top_k: int | Sequence[int],
        leave_out: Sequence[Collection[Id]] | None = None,
        how: IndexType | None = None,
        where: Sequence[Filter | None] | None = None,
    ) -> list[list[Hit]]:
        """For each query float32[n, dim] the `top_k` items of highest cosine, best first, without its ids to leave out.

        They are of the live build or, when that is of another model, of the last one that was of the queries' model.
        A query with a filter in `where` gets the items that match it: exactly `top_k`, wherever so many do. `top_k` may
        be a list of one number for each query. `how` tunes the search of a build whose index is of that type.

        Raises:
            IndexMismatchError: no build is of the queries' model.
            QueryError: a wrong `top_k`, vectors that are not of length 1, ids that are not of the index's type, or a
                filter on a field that the index lacks, or of another type.
            StoreError: the store fails.
        """
        request = search_request(queries, top_k, leave_out, how, where)
        return self._from_answering(request.vectors, lambda record: self._search(record, request))

    def hits_of(
        self,
        queries: Any,
        lists: Sequence[Sequence[tuple[Id, float]]],
        where: Sequence[Filter | None] | None = None,
    ) -> list[list[Hit]]:
        """For each query float32[n, dim] the hits of given items, with their given scores, that the index has.

        They are of the build that `search` would read, and match the query's filter in `where`.

        Raises:
            IndexMismatchError: no build is of the queries' model.
            QueryError: a filter on a field that the index lacks, or of another type.
            StoreError: the store fails.
        """
        vectors = as_embeddings(queries)
        return self._from_answering(vectors, lambda record: hits_of(record, self._cache(record), vectors, lists, where))

    def matching(self, where: Filter, record: IndexRecord | None = None) -> int:
        """The number of items that match a filter, in the build of `record`, or in the live one.

        Raises:
            IndexMismatchError: there is no index.
            QueryError: a filter on a field that the index lacks, or of another type.
            StoreError: the store fails.
        """
        return count_matching(self.store, record or self.live_in(self.versions()), where)

    def clause_counts(
        self, where: Filter, record: IndexRecord | None = None
    ) -> list[tuple[Clause | Literal["only"], int]]:
        """How many items each clause of a filter, and its `only`, leaves on its own, in the same build.

        Raises:
            IndexMismatchError: there is no index.
            QueryError: a filter on a field that the index lacks, or of another type.
            StoreError: the store fails.
        """
        counts: list[tuple[Clause | Literal["only"], int]] = [
            (clause, self.matching(Filter((clause,)), record)) for clause in where.clauses
        ]
        return counts if where.only is None else [*counts, ("only", self.matching(Filter(only=where.only), record))]

    def vectors(self, ids: Collection[Id], build: str) -> dict[Id, np.ndarray]:
        """The unit vectors float32[dim] of those of `ids` that a build has; they are kept for the next call.

        Raises:
            IndexMismatchError: there is no such build any more.
            StoreError: the store fails.
        """
        for newest in (False, True):
            record = next((each for each in self.versions(newest).all if each.build == build), None)
            try:
                if record:
                    return self._cache(record).vectors(ids)
            except StoreError:
                if record and self._keeps(record):
                    raise
        raise IndexMismatchError(f"{build} is gone: the index {self.collection!r} has no such build. {REBUILD}")

    def _from_answering(self, vectors: Embeddings, read: Callable[[IndexRecord], _Result]) -> _Result:
        """What `read` gives for the build that answers `vectors`."""
        began = time.monotonic()
        while True:
            record = self.answering(vectors.model, vectors.shape[-1])
            try:
                return read(record)
            except StoreError:
                if time.monotonic() - began >= self.store.timeout or self._keeps(record):
                    raise  # else the build was dropped meanwhile, and another one answers

    def answering(self, model: ModelRef | None, dim: int) -> IndexRecord:
        """The build that answers vectors of `dim` numbers from `model`: the live one, or the last of that model.

        So a pipeline that was built before a switch keeps answering.

        Raises:
            IndexMismatchError: no build is of the model, or none has vectors of `dim` numbers.
            StoreError: the store fails.
        """
        versions = self.versions()
        live = self.live_in(versions)
        of_model = (each for each in versions.all if model and each.model_id in (None, model.model_id))
        record = next(of_model, live)
        self.must_match(record, model, dim)
        return record

    def must_match(self, record: IndexRecord, model: ModelRef | None, dim: int) -> None:
        """Checks that vectors of `dim` numbers from `model` belong to the build of `record`.

        Raises:
            IndexMismatchError: they do not.
        """
        if record.dim != dim:
            raise IndexMismatchError(
                f"the index {self.collection!r} has vectors of {record.dim} numbers, but {dim} were given. {REBUILD}"
            )
        if model and record.model_id and model.model_id != record.model_id:
            raise IndexMismatchError(
                f"the index {self.collection!r} is of model {record.model_id}, but model {model.model_id} "
                f"was expected. {REBUILD} Then build running pipelines again, too."
            )

    def live_in(self, versions: Versions) -> IndexRecord:
        """The live one of `versions`, unchecked.

        Raises:
            IndexMismatchError: none is live.
        """
        self.must_be_readable(versions)
        if versions.live is None:
            must_be_ours(self.store, self.collection)
            raise IndexMismatchError(f"collection {self.collection!r} holds no index yet. {REBUILD}")
        return versions.live

    def must_be_readable(self, versions: Versions) -> None:
        """Checks that this version of the package can read the index, if there is one.

        Raises:
            IndexMismatchError: only another version can.
        """
        if versions.live is None and versions.outdated:
            raise IndexMismatchError(
                f"the index {self.collection!r} was written by another version of towhee-recsys: "
                f"{versions.outdated[0]} is not of format {FORMAT}. {REBUILD}"
            )

    def _search(self, record: IndexRecord, request: SearchRequest) -> list[list[Hit]]:
        default = self._default_types.get(record.index)
        if default is None:
            default = self._default_types[record.index] = index_type(self.store, {"type": record.index})
        return search_build(record, self._cache(record), request, default)

    def _cache(self, record: IndexRecord) -> VectorCache:
        return self._caches.get(record) or self._caches.setdefault(record, VectorCache(self.store, record))

    def _keeps(self, record: IndexRecord) -> bool:
        return any(each.build == record.build for each in self.versions(newest=True).all)

    def _forget(self) -> None:
        """Drops all cached vectors, even if the old state could come back."""
        self._caches = {}
