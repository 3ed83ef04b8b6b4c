"""The index of movie vectors, as it is read: which model it is of, and what is nearest to a query."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from towhee_recsys.errors import IndexMismatchError, QueryError, StoreError
from towhee_recsys.index.collection import MAX_TOP_K, count, nearest, vectors_of
from towhee_recsys.index.connection import TIMEOUT, connect, milvus_errors
from towhee_recsys.index.record import IndexRecord, read_record
from towhee_recsys.model.vectors import Origin, Vectors, as_vectors, must_be_unit

REBUILD = "Build it with `towhee-recsys index -c CONFIG`."

_indexes: dict[tuple[int, str], MovieIndex] = {}
_lock = threading.RLock()


class Hit(TypedDict, total=False):
    """One found movie: its id, the cosine with the query and, for a user's query, the predicted stars."""

    movie_id: int
    score: float
    predicted_rating: float


class Hits(list[Hit]):
    """The hits of one query, which know the build that they come from: the catalogue has its facts under that name."""

    def __init__(self, hits: Iterable[Hit], build: str):
        super().__init__(hits)
        self.build = build


def open_index(uri: str, collection: str) -> MovieIndex:
    """The index called `collection` in the Milvus at `uri`, one object a process. Raises StoreError."""
    client = connect(uri)
    with _lock:
        return _indexes.setdefault((id(client), collection), MovieIndex(client, collection))


class MovieIndex:
    """Unit vectors by movie id. They lie in a *build*, a Milvus collection; the record names the build that is live."""

    def __init__(self, client: Any, collection: str):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", collection):
            raise QueryError(f"collection {collection!r}: letters, digits and '_' make a name, 100 at most.")
        self.client, self.collection = client, collection
        self.writing = threading.RLock()
        self._record: IndexRecord | None = None

    @property
    def record(self) -> IndexRecord | None:
        """What the live index says of itself, or None before the first build."""
        with self.writing:
            if self._record is None:
                self._record = read_record(self.client, self.collection)
            return self._record

    @record.setter
    def record(self, record: IndexRecord) -> None:
        self._record = record

    def live(self, origin: Origin | None = None) -> IndexRecord:
        """The live index's record, after checking that its rows are there and that it is of `origin`'s model.

        Raises IndexMismatchError otherwise.
        """
        record = self._there()
        self.match(record, origin, record.dim)
        rows = count(self.client, record.build)
        if self.record is not record:
            return self.live(origin)  # a new index went live meanwhile
        if rows != record.rows:
            raise IndexMismatchError(
                f"the index {self.collection!r} has {rows} rows, but {record.rows} were written. {REBUILD}"
            )
        return record

    def search(self, vectors: np.ndarray, top_k: int, exclude: Sequence[Collection[int]] | None = None) -> list[Hits]:
        """For each query float32[n, dim] the `top_k` movies of highest cosine, best first, without its `exclude`.

        One search for all queries; where other vectors predict stars, what was found is read, too. Raises
        IndexMismatchError when the index is not of the vectors' model, QueryError for vectors that are not of length 1.
        """
        checked_top_k(top_k)
        vectors = as_vectors(vectors)
        for queries in (vectors, vectors.rating):
            if queries is not None:
                must_be_unit(queries, [f"query {place}" for place in range(len(vectors))])
        origin = vectors.origin
        record = self._there()
        self.match(record, origin, vectors.shape[-1])
        left_out = exclude or [()] * len(vectors)
        limit = min(top_k + max(map(len, left_out), default=0), MAX_TOP_K)
        try:
            found = nearest(self.client, record.build, np.asarray(vectors), limit) if len(vectors) else []
            kept = [
                [row for row in rows if row["id"] not in without][:top_k]
                for rows, without in zip(found, left_out, strict=True)
            ]
            known = {} if vectors.rating is None else self._vectors(record, kept)
        except StoreError:
            if self.record is record:
                raise
            return self.search(vectors, top_k, exclude)  # a new index went live meanwhile, and the old one is gone
        return [Hits(_hits(rows, vectors[place], known), record.build) for place, rows in enumerate(kept)]

    def _vectors(self, record: IndexRecord, found: Sequence[Sequence[Any]]) -> dict[int, np.ndarray]:
        """The vectors of all found movies, each read once."""
        return vectors_of(self.client, record.build, sorted({row["id"] for rows in found for row in rows}))

    def has(self, build: str) -> bool:
        """Whether that collection is there."""
        with milvus_errors(f"looking for {build}"):
            return bool(self.client.has_collection(build, timeout=TIMEOUT))

    def match(self, record: IndexRecord, origin: Origin | None, dim: int) -> None:
        """Raises IndexMismatchError when vectors of `dim` numbers from `origin` do not belong into this index."""
        if record.dim != dim:
            raise IndexMismatchError(
                f"the index {self.collection!r} has vectors of {record.dim} numbers, but {dim} were given. {REBUILD}"
            )
        if origin and record.model_id and origin.model_id != record.model_id:
            raise IndexMismatchError(
                f"the index {self.collection!r} is of model {record.model_id}, but model {origin.model_id} "
                f"was expected. {REBUILD} A pipeline that was built before that is built anew."
            )

    def _there(self) -> IndexRecord:
        if self.record is None:
            raise IndexMismatchError(f"collection {self.collection!r} holds no index yet. {REBUILD}")
        return self.record


def checked_top_k(top_k: Any) -> int:
    """`top_k` itself, a whole number from 1 to 16,384. Raises QueryError for anything else."""
    if isinstance(top_k, bool) or not isinstance(top_k, (int, np.integer)) or not 1 <= top_k <= MAX_TOP_K:
        raise QueryError(f"top_k {top_k!r} is not acceptable: give a whole number from 1 to {MAX_TOP_K}.")
    return int(top_k)


def _hits(found: Sequence[Any], query: Vectors, known: Mapping[int, np.ndarray]) -> list[Hit]:
    """Milvus' rows with the stars that the query's user would give, as far as its model can tell."""
    hits: list[Hit] = [{"movie_id": row["id"], "score": float(row["distance"])} for row in found]
    rated = query if query.rating is None else query.rating
    if hits and rated.origin and rated.origin.calibration:
        cosines = [hit["score"] for hit in hits]
        if query.rating is not None:
            cosines = np.array([known[row["id"]] for row in found]) @ np.asarray(rated)
        for hit, stars in zip(hits, rated.origin.calibration.stars(cosines), strict=True):
            hit["predicted_rating"] = float(stars)
    return hits
