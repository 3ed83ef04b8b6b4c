"""The index, as it is written: beside the live one, and switched when complete."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.index.collection import count, create, rows_of, upsert
from towhee_recsys.index.connection import TIMEOUT, milvus_errors
from towhee_recsys.index.movie_index import MovieIndex
from towhee_recsys.index.record import IndexRecord, Receipt, added, content, write_record
from towhee_recsys.model.vectors import must_be_unit


def start_build(index: MovieIndex, model_id: str | None, dim: int) -> str:
    """Makes an empty build beside the live one and returns its name: `<collection>__<model>_<draw>`."""
    build = f"{index.collection}__{model_id or 'unknown'}_{secrets.token_hex(3)}"
    create(index.client, build, dim)
    return build


def insert(index: MovieIndex, build: str, ids: Sequence[int], vectors: np.ndarray) -> Receipt:
    """Upserts unit vectors float32[n, dim] by movie id into `build`.

    Raises QueryError for vectors that are not of length 1 and for ids that occur twice or are no whole numbers.
    """
    _check(ids, vectors)
    upsert(index.client, build, ids, vectors)
    return Receipt(build, model_of(vectors), vectors.shape[1], len(ids), content(ids, vectors))


def insert_live(index: MovieIndex, ids: Sequence[int], vectors: np.ndarray) -> Receipt:
    """Upserts into the live index, which begins here where there is none: the rows are found at once.

    Raises QueryError as `insert` does, and IndexMismatchError when the live index is of another model.
    """
    _check(ids, vectors)
    with index.writing:
        live = index.record or _first_record(index, vectors)
        index.match(live, getattr(vectors, "origin", None), vectors.shape[1])
        replaced = content(*rows_of(index.client, live.build, ids))
        receipt = insert(index, live.build, ids, vectors)
        total = added([int(live.content_hash, 16), receipt.content, -replaced])
        record = replace(live, rows=count(index.client, live.build), content_hash=f"{total:016x}")
        write_record(index.client, record)
        index.record = record
        return receipt


def publish(
    index: MovieIndex, receipts: Sequence[Receipt], after_switch: Callable[[str], None] = lambda build: None
) -> IndexRecord:
    """Makes a complete build the live index and drops all others.

    `after_switch` gets the new build's name, to switch what goes with it.
    Raises IndexMismatchError, and leaves the live index as it is, when the receipts are of several builds
    or the rows are not all there.
    """
    with index.writing:
        fresh = _record_of(index, receipts)
        rows = count(index.client, fresh.build)
        if not index.has(fresh.build):
            raise IndexMismatchError(
                f"{fresh.build} is gone: another indexing of {index.collection!r} has gone live meanwhile. Index again."
            )
        if rows != fresh.rows:
            raise IndexMismatchError(
                f"{fresh.rows} movies were inserted, but {rows} are there: a movie id occurs twice, or rows were lost. "
                "The live index is as it was; mend the data and index again."
            )
        write_record(index.client, fresh)
        index.record = fresh
        after_switch(fresh.build)
        _drop_builds_except(index, fresh.build)
        return fresh


def model_of(vectors: np.ndarray) -> str | None:
    """The id of the model that gave `vectors`, where it is known."""
    origin = getattr(vectors, "origin", None)
    return origin.model_id if origin else None


def _first_record(index: MovieIndex, vectors: np.ndarray) -> IndexRecord:
    build = start_build(index, model_of(vectors), vectors.shape[1])
    return IndexRecord(index.collection, build, model_of(vectors), vectors.shape[1], "IP", 0, "0")


def _record_of(index: MovieIndex, receipts: Sequence[Receipt]) -> IndexRecord:
    builds = {(receipt.build, receipt.model_id, receipt.dim) for receipt in receipts}
    if len(builds) != 1:
        raise IndexMismatchError(
            f"publish takes the receipts of one build; they are of {len(builds)}. "
            "The live index is as it was; let one indexing end before the next begins."
        )
    (build, model_id, dim), total = builds.pop(), added(receipt.content for receipt in receipts)
    rows = sum(receipt.rows for receipt in receipts)
    return IndexRecord(index.collection, build, model_id, dim, "IP", rows, f"{total:016x}")


def _drop_builds_except(index: MovieIndex, live: str) -> None:
    of_this_index = re.compile(rf"{index.collection}__([0-9a-f]{{16}}|unknown)_[0-9a-f]{{6}}")
    with milvus_errors(f"dropping old builds of {index.collection}"):
        for name in index.client.list_collections(timeout=TIMEOUT):
            if of_this_index.fullmatch(name) and name != live:
                index.client.drop_collection(name, timeout=TIMEOUT)


def _check(ids: Sequence[int], vectors: np.ndarray) -> None:
    if wrong := [key for key in ids if not _is_id(key)]:
        raise QueryError(f"movie_id {wrong[0]!r} is no whole number of at most 64 bits.")
    if twice := [key for key, times in Counter(ids).items() if times > 1]:
        raise QueryError(f"movie_id {twice[0]!r} occurs twice.")
    if vectors.ndim != 2 or len(vectors) != len(ids):
        raise QueryError(f"{len(ids)} movies need vectors [{len(ids)}, dim]; {list(vectors.shape)} were given.")
    must_be_unit(vectors, [f"movie {key}" for key in ids])


def _is_id(key: object) -> bool:
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool) and -(2**63) <= int(key) < 2**63
