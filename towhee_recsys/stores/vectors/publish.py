"""The end of an indexing: a build is checked and made live, and other builds go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.build import builds_in, now
from towhee_recsys.stores.vectors.checks import CURE, verify
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import content_hash
from towhee_recsys.stores.vectors.versions import make_live

if TYPE_CHECKING:
    from towhee_recsys.stores.catalogue import Catalogue


def publish(index: VectorIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None = None) -> IndexRecord:
    """Makes a complete build, whose facts are in the catalogue, the live index.

    The live build before it is kept, for queries that are under way and for `rollback`; all others are dropped. Rows of
    a resumed build that are not in the receipts are deleted.

    Raises:
        IndexMismatchError: the receipts are of several builds, or the catalogue or the build does not hold what was
            written. The live index stays as it is; such a build is dropped, so that the next index run starts over.
        StoreError: a store fails.
    """
    with index.writing:
        build = _build_of(receipts)
        if not index.store.exists(build):
            raise IndexMismatchError(
                f"{build} is gone: another indexing of {index.collection!r} has gone live meanwhile. Index again."
            )
        published = index.versions(newest=True).all
        others = [each for each in published if each.build != build]
        unfinished = len(others) == len(published)
        try:
            fresh = _checked(index, receipts, catalogue, unfinished)
        except IndexMismatchError:
            if unfinished:
                _drop(index, build, catalogue)
            raise
        go_live(index, fresh, catalogue)
        index.locks.release(build)
        drop_builds(index, {build, *(each.build for each in others[:1])}, catalogue)
        return fresh


def go_live(index: VectorIndex, record: IndexRecord, catalogue: Catalogue | None) -> None:
    """Switches the index, if the catalogue has the facts of all items of the build."""
    if catalogue:
        known = catalogue.count(record.build)
        if known < record.rows:
            raise IndexMismatchError(f"the catalogue has {known} of the {record.rows} items of {record.build}. {CURE}")
    make_live(index.store, record)
    index.versions(newest=True)


def drop_builds(index: VectorIndex, keep: set[str], catalogue: Catalogue | None) -> list[str]:
    """Drops all builds but those to `keep`, finished or not, and the catalogue's versions of them; returns their names.

    Their records go first, and facts before their build: what a killed process leaves is unfinished, and dropped the
    next time.
    """
    versions = index.versions(newest=True)
    index.store.forget_records({*(record.build for record in versions.all), *versions.outdated} - keep)
    set_aside = {record.build + SAVED for record in index.versions(newest=True).all if record.pending}
    gone = [name for name in builds_in(index) if name not in keep | set_aside]
    for name in gone:
        _drop(index, name, catalogue)
    return sorted(gone)


def _build_of(receipts: Sequence[Receipt]) -> str:
    builds = {(receipt.build, receipt.model_id, receipt.dim) for receipt in receipts}
    if len(builds) != 1:
        raise IndexMismatchError(
            f"publish takes the receipts of one build; they are of {len(builds)}. "
            "The live index is as it was; let one indexing end before the next begins."
        )
    return builds.pop()[0]


def _checked(
    index: VectorIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None, unfinished: bool
) -> IndexRecord:
    """The record of a build that holds exactly the rows of the receipts."""
    ids = np.concatenate([receipt.ids for receipt in receipts])
    written = np.concatenate([receipt.hashes for receipt in receipts])
    order = np.argsort(ids, kind="stable")
    ids, written = ids[order], written[order]
    if len(twice := np.flatnonzero(ids[1:] == ids[:-1])):
        raise IndexMismatchError(f"item id {ids[twice[0]]} was inserted twice. Fix the data. {CURE}")
    record = _record_of(index, receipts[0], written)
    if unfinished and index.store.count(record.build) > record.rows:
        _delete_others(index, record.build, ids, catalogue)
    verify(index.store, record, ids, written)
    return record


def _delete_others(index: VectorIndex, build: str, ids: np.ndarray, catalogue: Catalogue | None) -> None:
    """Deletes items that are not among `ids`: the dataset had them when the build was started."""
    while len(others := index.store.ids(build, without=ids)):
        index.store.delete(build, others)
        if catalogue:
            catalogue.delete(others.tolist(), build)


def _drop(index: VectorIndex, build: str, catalogue: Catalogue | None) -> None:
    if catalogue:
        catalogue.drop(build)
    index.store.drop(build)
    index.locks.release(build)


def _record_of(index: VectorIndex, receipt: Receipt, written: np.ndarray) -> IndexRecord:
    found = index.store.describe(receipt.build)
    return IndexRecord(
        collection=index.collection,
        build=receipt.build,
        model_id=receipt.model_id,
        dim=receipt.dim,
        metric="IP",
        rows=len(written),
        content_hash=content_hash(written),
        index=found.index or EXACT.type,
        published=now(),
        id_type=found.id_type or "int",
        fields=dict(found.fields),
    )
