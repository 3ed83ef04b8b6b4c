"""Rows of an index: what may be one, and the hashes by which they are known again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import as_embeddings, must_be_unit


def check_rows(ids: Sequence[int], vectors: np.ndarray) -> None:
    """Raises QueryError for ids that occur twice or are no whole numbers, and vectors that are not of length 1."""
    check_ids(ids)
    if twice := [key for key, times in Counter(ids).items() if times > 1]:
        raise QueryError(f"movie_id {twice[0]!r} occurs twice.")
    if vectors.ndim != 2 or len(vectors) != len(ids):
        raise QueryError(f"{len(ids)} items need vectors [{len(ids)}, dim]; {list(vectors.shape)} were given.")
    must_be_unit(vectors, [f"item {key}" for key in ids])


def check_ids(ids: Sequence[int]) -> None:
    """Raises QueryError for ids that are no whole numbers of at most 64 bits."""
    if wrong := [key for key in ids if not _is_id(key)]:
        raise QueryError(f"movie_id {wrong[0]!r} is no whole number of at most 64 bits.")


def hashes(ids: Iterable[int], vectors: np.ndarray) -> np.ndarray:
    """A hash of each row, uint64[n]; of vectors float32[n, dim]."""
    rows = zip(ids, np.asarray(vectors, np.float32), strict=True)
    return np.fromiter((_hash(int(key), vector) for key, vector in rows), dtype=np.uint64, count=len(vectors))


def differing(
    ids: Sequence[int] | np.ndarray, wanted: np.ndarray, there: Sequence[int], found: np.ndarray
) -> np.ndarray:
    """The places int64[m] of `ids` whose `wanted` hashes are not those `found` of the rows that are `there`."""
    known = dict(zip(there, found.tolist(), strict=True))
    same = (known.get(int(key)) == each for key, each in zip(ids, wanted.tolist(), strict=True))
    return np.flatnonzero(~np.fromiter(same, dtype=bool, count=len(ids)))


def content(rows: npt.ArrayLike, base: str = "0") -> str:
    """The hash of an index from its rows' hashes uint64[n] in any order: their sum modulo 2**64, added to `base`."""
    total = int(np.asarray(rows, dtype=np.uint64).sum(dtype=np.uint64))
    return f"{(int(base, 16) + total) % 2**64:016x}"


def model_of(vectors: Any) -> str | None:
    """The id of the model that gave `vectors`, where it is known."""
    model = as_embeddings(vectors).model
    return model.model_id if model else None


def _hash(key: int, vector: np.ndarray) -> int:
    digest = hashlib.blake2b(b"%d:%b" % (key, vector.tobytes()), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def _is_id(key: object) -> bool:
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool) and -(2**63) <= int(key) < 2**63
