"""Rows of an index: the checks of what is given, and the hashes that show whether a row was written as it should be."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from towhee_recsys.data.items import ACCEPTED_IDS, FieldType, Id, IdType, is_int_id, is_text_id
from towhee_recsys.errors import QueryError
from towhee_recsys.model.embeddings import Embeddings, must_be_unit
from towhee_recsys.stores.vectors.fields import canonical_fields


@dataclass(frozen=True, eq=False)
class Rows:
    """Items of a build: ids int64[n] or object[n] of str, vectors float32[n, dim], and n values of each field."""

    ids: np.ndarray
    vectors: np.ndarray
    fields: Mapping[str, list[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, rows: slice | Sequence[int] | np.ndarray) -> Rows:
        """The rows at `rows`: a slice or row numbers."""
        chosen = range(len(self))[rows] if isinstance(rows, slice) else [int(row) for row in rows]
        fields = {name: [values[row] for row in chosen] for name, values in self.fields.items()}
        return Rows(self.ids[rows], self.vectors[rows], fields)


def checked_rows(
    ids: Sequence[Id],
    vectors: np.ndarray,
    fields: Mapping[str, Sequence[Any]],
    id_type: IdType,
    types: Mapping[str, FieldType],
) -> Rows:
    """The rows of unit vectors float32[n, dim] by item id.

    Raises:
        QueryError: an id occurs twice or is not of `id_type`, a vector is not of length 1, there are not as many
            vectors or values as ids, or a value is not of its field's type.
    """
    keys = checked_ids(ids, id_type)
    repeated = [key for key, times in Counter(keys.tolist()).items() if times > 1]
    if repeated:
        raise QueryError(f"item id {repeated[0]!r} occurs twice.")
    if vectors.ndim != 2 or len(vectors) != len(keys):
        raise QueryError(f"{len(keys)} items need vectors [{len(keys)}, dim]; {list(vectors.shape)} were given.")
    must_be_unit(vectors, [f"item {key}" for key in ids])
    return Rows(keys, np.asarray(vectors, np.float32), canonical_fields(fields, types, ids))


def checked_ids(ids: Iterable[Id], id_type: IdType) -> np.ndarray:
    """`ids` as int64[n], or as object[n] of str.

    Raises:
        QueryError: an id is not of `id_type`, or too long.
    """
    listed = list(ids)
    is_id = is_int_id if id_type == "int" else is_text_id
    if wrong := [key for key in listed if not is_id(key)]:
        raise QueryError(f"item id {wrong[0]!r:.200} was given; the ids here are each {ACCEPTED_IDS[id_type]}.")
    return id_array(listed, id_type)


def id_array(ids: Sequence[Id] | np.ndarray, id_type: IdType) -> np.ndarray:
    """Ids as int64[n], or as object[n] of str."""
    if id_type == "int":
        return np.asarray(ids, dtype=np.int64)
    array = np.empty(len(ids), dtype=object)
    array[:] = [str(key) for key in ids]
    return array


def id_type_of(ids: Sequence[Any]) -> IdType:
    """The type of `ids` by the first of them; whole numbers where there are no ids."""
    return "text" if len(ids) and isinstance(ids[0], str) else "int"


def hashes(rows: Rows) -> np.ndarray:
    """A hash of each row, uint64[n]: of its id and the id's type, its vector and its fields."""
    vectors = np.asarray(rows.vectors, np.float32)
    if not rows.fields:
        made = (_hash(key, vector, b"") for key, vector in zip(rows.ids.tolist(), vectors, strict=True))
    else:
        names = sorted(rows.fields)
        columns = zip(*(rows.fields[name] for name in names), strict=True)
        made = (
            _hash(key, vector, json.dumps(dict(zip(names, values, strict=True))).encode())
            for key, vector, values in zip(rows.ids.tolist(), vectors, columns, strict=True)
        )
    return np.fromiter(made, dtype=np.uint64, count=len(rows))


def differing(wanted: Rows, held: Rows) -> np.ndarray:
    """The row numbers int64[m] of `wanted` that are missing from `held`, or different there."""
    return differing_hashes(wanted.ids, hashes(wanted), held)


def differing_hashes(ids: np.ndarray, wanted: np.ndarray, held: Rows) -> np.ndarray:
    """The row numbers int64[m] of `ids` that `held` lacks, or has with another hash than `wanted` uint64[n]."""
    known = dict(zip(held.ids.tolist(), hashes(held).tolist(), strict=True))
    same = (known.get(key) == each for key, each in zip(ids.tolist(), wanted.tolist(), strict=True))
    return np.flatnonzero(~np.fromiter(same, dtype=bool, count=len(ids)))


def content_hash(rows: npt.ArrayLike, base: str = "0") -> str:
    """The hash of a build from its rows' hashes uint64[n] in any order: their sum modulo 2**64, added to `base`."""
    total = int(np.asarray(rows, dtype=np.uint64).sum(dtype=np.uint64))
    return f"{(int(base, 16) + total) % 2**64:016x}"


def model_of(vectors: Embeddings) -> str | None:
    """The id of the model that made `vectors`, where it is known."""
    return vectors.model.model_id if vectors.model else None


def _hash(key: Id, vector: np.ndarray, fields: bytes) -> int:
    name = b"%d" % key if isinstance(key, int) else b"text %d %b" % (len(key), key.encode())
    digest = hashlib.blake2b(b"%b:%b%b" % (name, vector.tobytes(), fields), digest_size=8).digest()
    return int.from_bytes(digest, "little")
