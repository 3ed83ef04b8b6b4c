"""The end of an indexing: a build is checked, and switched to; others go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.build import builds_in, now
from towhee_recsys.stores.vectors.checks import CURE, shape, verify
from towhee_recsys.stores.vectors.index import ItemIndex
from towhee_recsys.stores.vectors.locks import release
from towhee_recsys.stores.vectors.milvus.store import MAX_TOP_K, count, delete, drop, ids_between
from towhee_recsys.stores.vectors.milvus.types import EXACT
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt, forget
from towhee_recsys.stores.vectors.rows import content
from towhee_recsys.stores.vectors.versions import switch

if TYPE_CHECKING:
    from towhee_recsys.stores.catalogue import Catalogue


def publish(index: ItemIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None = None) -> IndexRecord:
    """Makes a complete build the live index, and the version of its name the catalogue's live one.

    The live build before it is kept, for queries that are under way and for `rollback`; all others are dropped. Of a
    build that was gone on with, what is not in the receipts goes. Raises IndexMismatchError, and leaves the live index
    as it is, when the receipts are of several builds, or the catalogue does not hold what was written, or the build
    does not: then it is dropped, so that the next indexing begins anew.
    """
    with index.writing:
        build = _the_build_of(receipts)
        if not index.has(build):
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
        release(build)
        drop_builds(index, {build, *(each.build for each in others[:1])}, catalogue)
        return fresh


def go_live(index: ItemIndex, record: IndexRecord, catalogue: Catalogue | None) -> None:
    """Switches the catalogue, where it has all that the build has, and then the index."""
    if catalogue:
        known = catalogue.count(record.build)
        if known < record.rows:
            raise IndexMismatchError(f"the catalogue has {known} of the {record.rows} items of {record.build}. {CURE}")
        catalogue.publish(record.build)
    switch(index.milvus, record)
    index.versions(newest=True)


def drop_builds(index: ItemIndex, keep: set[str], catalogue: Catalogue | None) -> list[str]:
    """Drops all builds but those to `keep`, finished or not, and the catalogue's versions of them; gives their names.

    Their records go first: what a killed process leaves of them is unfinished, and dropped the next time.
    """
    forget(index.milvus, {record.build for record in index.versions(newest=True).all} - keep)
    set_aside = {record.build + SAVED for record in index.versions(newest=True).all if record.pending}
    gone = [name for name in builds_in(index) if name not in keep | set_aside]
    for name in gone:
        drop(index.milvus, name)
        release(name)
    if catalogue:
        gone += [version for version in catalogue.versions(index.collection) if version not in keep]
        catalogue.keep(index.collection, keep)
    return sorted(set(gone))


def _the_build_of(receipts: Sequence[Receipt]) -> str:
    builds = {(receipt.build, receipt.model_id, receipt.dim) for receipt in receipts}
    if len(builds) != 1:
        raise IndexMismatchError(
            f"publish takes the receipts of one build; they are of {len(builds)}. "
            "The live index is as it was; let one indexing end before the next begins."
        )
    return builds.pop()[0]


def _checked(
    index: ItemIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None, unfinished: bool
) -> IndexRecord:
    """The record of a build that holds what the receipts say, and no more."""
    ids = np.concatenate([receipt.ids for receipt in receipts])
    written = np.concatenate([receipt.hashes for receipt in receipts])
    order = np.argsort(ids, kind="stable")
    ids, written = ids[order], written[order]
    if len(twice := np.flatnonzero(ids[1:] == ids[:-1])):
        raise IndexMismatchError(f"movie_id {ids[twice[0]]} was inserted twice. Mend the data. {CURE}")
    record = _record_of(index, receipts[0], written)
    if unfinished and count(index.milvus, record.build) > record.rows:
        _remove_others(index, record.build, ids, catalogue)
    verify(index.milvus, record, ids, written)
    return record


def _remove_others(index: ItemIndex, build: str, ids: np.ndarray, catalogue: Catalogue | None) -> None:
    """Deletes the items of a build that are none of `ids`, sorted int64[n]: the dataset had them when it was begun."""
    ends = [1 - 2**63, *ids[MAX_TOP_K // 2 :: MAX_TOP_K // 2].tolist(), 2**63 - 1]
    for first, last in pairwise(ends):
        while len(others := np.setdiff1d(ids_between(index.milvus, build, first, last), ids)):  # some, or all there are
            delete(index.milvus, build, others.tolist())
            if catalogue:
                catalogue.delete(others.tolist(), build)


def _drop(index: ItemIndex, build: str, catalogue: Catalogue | None) -> None:
    drop(index.milvus, build)
    release(build)
    if catalogue:
        catalogue.keep(index.collection, set(catalogue.versions(index.collection)) - {build})


def _record_of(index: ItemIndex, receipt: Receipt, written: np.ndarray) -> IndexRecord:
    *_, kind = shape(index.milvus, receipt.build)
    return IndexRecord(
        collection=index.collection,
        build=receipt.build,
        model_id=receipt.model_id,
        dim=receipt.dim,
        metric="IP",
        rows=len(written),
        content_hash=content(written),
        index=kind or EXACT.type,
        published=now(),
    )
