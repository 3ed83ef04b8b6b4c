"""An index, as it is written: beside the live one, and switched to when it is complete and checked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.index.checks import CURE, shape, verify
from towhee_recsys.index.collection import create, drop, names, upsert
from towhee_recsys.index.live import must_be_ours, switch
from towhee_recsys.index.movie_index import MovieIndex
from towhee_recsys.index.pending import SAVED
from towhee_recsys.index.record import IndexRecord, Receipt, forget
from towhee_recsys.index.rows import check_rows, content, hashes, model_of
from towhee_recsys.index.types import EXACT, IndexType

if TYPE_CHECKING:
    from towhee_recsys.catalogue import Catalogue


def start_build(index: MovieIndex, model_id: str | None, dim: int, how: IndexType = EXACT) -> str:
    """Makes an empty build beside the live one and returns its name: `<collection>__<model>_<draw>`.

    `how` is the type of its vector index. Raises IndexMismatchError when somebody else has a collection of our name.
    """
    must_be_ours(index.milvus, index.collection)
    build = f"{index.collection}__{model_id or 'unknown'}_{secrets.token_hex(3)}"
    create(index.milvus, build, dim, how)
    return build


def insert(index: MovieIndex, build: str, ids: Sequence[int], vectors: np.ndarray) -> Receipt:
    """Upserts unit vectors float32[n, dim] by movie id into `build`.

    Raises QueryError for vectors that are not of length 1 and for ids that occur twice or are no whole numbers.
    """
    check_rows(ids, vectors)
    upsert(index.milvus, build, ids, vectors)
    return Receipt(build, model_of(vectors), vectors.shape[1], hashes(ids, vectors))


def publish(index: MovieIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None = None) -> IndexRecord:
    """Makes a complete build the live index, and the version of its name the catalogue's live one.

    The live build before it is kept, for queries that are under way and for `rollback`; all others are dropped.
    Raises IndexMismatchError, and leaves the live index as it is, when the receipts are of several builds, or the
    build or the catalogue does not hold what was written.
    """
    with index.writing:
        build = _the_build_of(receipts)
        written = _written(receipts)
        if not index.has(build):
            raise IndexMismatchError(
                f"{build} is gone: another indexing of {index.collection!r} has gone live meanwhile. Index again."
            )
        fresh = _record_of(index, receipts[0], written)
        verify(index.milvus, fresh, written)
        before = next((each for each in index.versions(newest=True).all if each.build != build), None)
        go_live(index, fresh, catalogue)
        drop_builds(index, {build, before.build} if before else {build}, catalogue)
        return fresh


def go_live(index: MovieIndex, record: IndexRecord, catalogue: Catalogue | None) -> None:
    """Switches the catalogue, where it has all that the build has, and then the index."""
    if catalogue:
        known = catalogue.count(record.build)
        if known < record.rows:
            raise IndexMismatchError(f"the catalogue has {known} of the {record.rows} movies of {record.build}. {CURE}")
        catalogue.publish(record.build)
    switch(index.milvus, record)
    index.versions(newest=True)


def drop_builds(index: MovieIndex, keep: set[str], catalogue: Catalogue | None) -> list[str]:
    """Drops all builds but those to `keep`, finished or not, and the catalogue's versions of them; gives their names.

    Their records go first: what a killed process leaves of them is unfinished, and dropped the next time.
    """
    forget(index.milvus, {record.build for record in index.versions(newest=True).all} - keep)
    set_aside = {record.build + SAVED for record in index.versions(newest=True).all if record.pending}
    gone = [name for name in builds_in(index) if name not in keep | set_aside]
    for name in gone:
        drop(index.milvus, name)
    if catalogue:
        gone += [version for version in catalogue.versions(index.collection) if version not in keep]
        catalogue.keep(index.collection, keep)
    return sorted(set(gone))


def builds_in(index: MovieIndex) -> list[str]:
    """The names of the collections that hold builds of the index, unfinished ones and rows set aside, too."""
    ours = re.compile(rf"{index.collection}__([0-9a-f]{{16}}|unknown)_[0-9a-f]{{6}}({SAVED})?")
    return sorted(name for name in names(index.milvus) if ours.fullmatch(name))


def now() -> str:
    """This moment as records have it, in UTC."""
    return datetime.now(timezone.utc).isoformat(timespec="microseconds")


def _the_build_of(receipts: Iterable[Receipt]) -> str:
    builds = {(receipt.build, receipt.model_id, receipt.dim) for receipt in receipts}
    if len(builds) != 1:
        raise IndexMismatchError(
            f"publish takes the receipts of one build; they are of {len(builds)}. "
            "The live index is as it was; let one indexing end before the next begins."
        )
    return builds.pop()[0]


def _written(receipts: Iterable[Receipt]) -> dict[int, int]:
    """The hashes of all rows, by id."""
    written: dict[int, int] = {}
    for receipt in receipts:
        if twice := sorted(written.keys() & receipt.hashes.keys()):
            raise IndexMismatchError(f"movie_id {twice[0]} was inserted twice. Mend the data. {CURE}")
        written.update(receipt.hashes)
    return written


def _record_of(index: MovieIndex, receipt: Receipt, written: dict[int, int]) -> IndexRecord:
    *_, kind = shape(index.milvus, receipt.build)
    return IndexRecord(
        collection=index.collection,
        build=receipt.build,
        model_id=receipt.model_id,
        dim=receipt.dim,
        metric="IP",
        rows=len(written),
        content_hash=content(written.values()),
        index=kind or EXACT.type,
        published=now(),
    )
