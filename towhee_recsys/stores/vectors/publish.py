"""The end of an index run: a build is checked and made live, and older builds are dropped."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from towhee_recsys.errors import IndexMismatchError, StoreError
from towhee_recsys.stores.catalogue import Catalogue
from towhee_recsys.stores.vectors.build import builds_in, now
from towhee_recsys.stores.vectors.checks import CURE, verify
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.index_types import EXACT
from towhee_recsys.stores.vectors.pending import SAVED
from towhee_recsys.stores.vectors.recall import RecallTarget, with_recall
from towhee_recsys.stores.vectors.records import IndexRecord, Receipt
from towhee_recsys.stores.vectors.rows import content_hash
from towhee_recsys.stores.vectors.versions import make_live

log = logging.getLogger(__name__)


class BuildPart(Protocol):
    """What belongs to each build besides its vectors, under its name: facts, histories, the model.

    It is complete before its build goes live, and dropped before its build is, so that the switch of the live build is
    the switch of all of it. `str` names it and its place.
    """

    def exists(self, version: str) -> bool:
        """Whether a build has it."""

    def drop(self, version: str) -> None:
        """Removes what there is of a build; nothing where there is none."""


def publish(
    index: VectorIndex,
    receipts: Sequence[Receipt],
    catalogue: Catalogue | None = None,
    others: Sequence[BuildPart] = (),
    optional: Sequence[BuildPart] = (),
    recall: RecallTarget | None = None,
) -> IndexRecord:
    """Makes a complete build the live index, with its facts in the catalogue and the `others` that belong to it.

    That is one step. The live build before it is kept, for queries that are under way and for `rollback`; all others
    are dropped, with what there is of them in the `optional` parts, which a build can be without. Rows of a resumed
    build that are not in the receipts are deleted. Where `recall` is given, it is measured first, and recorded with the
    search settings that reach it; where none does, the build goes live with a warning.

    Raises:
        IndexMismatchError: the receipts are of several builds, or the build or a part of it does not hold what was
            written. The live index stays as it is; such a build is dropped, so that the next index run starts anew.
        StoreError: a store fails, or another process indexes the collection of a server.
    """
    parts: list[BuildPart] = [*([catalogue] if catalogue else []), *others, *optional]
    build = _build_of(receipts)
    with index.writing, index.lease.held("publish"):
        if not index.store.exists(build):
            _drop(index, build, parts)
            raise IndexMismatchError(
                f"{build} is gone: another indexing of {index.collection!r} has gone live meanwhile. Index again."
            )
        versions = index.versions(newest=True)
        before = [each for each in versions.all if each.build != build]
        unfinished = len(before) == len(versions.all)
        try:
            fresh = _checked(index, receipts, catalogue, unfinished, versions.next_number)
            must_be_complete(fresh, catalogue, others)
        except IndexMismatchError:
            if unfinished:
                _drop(index, build, parts)
            raise
        _seal(index, build)
        if recall:
            fresh = with_recall(index.store, fresh, np.concatenate([receipt.ids for receipt in receipts]), recall)
            index.lease.must_be_held()  # the measurement takes minutes for millions of items
        make_live(index.store, fresh)
        index.locks.release(build)
        try:
            drop_builds(index, {build, *(each.build for each in before[:1])}, parts)
        except StoreError as error:
            log.warning(
                "%s is live, but older builds stay for now; `towhee-recsys index --gc` drops them: %s", build, error
            )
        return fresh


def must_be_complete(record: IndexRecord, catalogue: Catalogue | None, others: Sequence[BuildPart]) -> None:
    """Checks that a build has the facts of each item in the catalogue, and all `others`.

    Raises:
        IndexMismatchError: it lacks one of them.
        StoreError: a store fails.
    """
    known = catalogue.count(record.build) if catalogue else record.rows
    if known < record.rows:
        raise IndexMismatchError(f"the catalogue has {known} of the {record.rows} items of {record.build}. {CURE}")
    for part in others:
        if not part.exists(record.build):
            raise IndexMismatchError(f"{part} has nothing of {record.build}. {CURE}")


def drop_builds(index: VectorIndex, keep: set[str], parts: Sequence[BuildPart]) -> list[str]:
    """Drops all builds but those to `keep`, finished or not, with their parts; returns their names.

    Their records go first, and facts before their build: what a killed process leaves is unfinished, and dropped the
    next time.
    """
    versions = index.versions(newest=True)
    index.store.forget_records({*(record.build for record in versions.all), *versions.outdated} - keep)
    set_aside = {record.build + SAVED for record in index.versions(newest=True).all if record.pending}
    gone = [name for name in builds_in(index) if name not in keep | set_aside]
    for name in gone:
        _drop(index, name, parts)
    return sorted(gone)


def _seal(index: VectorIndex, build: str) -> None:
    """Prepares a build for fast searches; without the right to do so they are slower for a while, and as exact."""
    try:
        index.store.seal(build)
    except StoreError as error:
        log.warning("searches of %s will be slow at first: %s", build, error)


def _build_of(receipts: Sequence[Receipt]) -> str:
    builds = {(receipt.build, receipt.model_id, receipt.dim) for receipt in receipts}
    if len(builds) != 1:
        raise IndexMismatchError(
            f"publish takes the receipts of one build; they are of {len(builds)}. "
            "The live index is as it was; let one indexing end before the next begins."
        )
    return builds.pop()[0]


def _checked(
    index: VectorIndex, receipts: Sequence[Receipt], catalogue: Catalogue | None, unfinished: bool, number: int
) -> IndexRecord:
    """The record of a build that holds exactly the rows of the receipts."""
    ids = np.concatenate([receipt.ids for receipt in receipts])
    written = np.concatenate([receipt.hashes for receipt in receipts])
    order = np.argsort(ids, kind="stable")
    ids, written = ids[order], written[order]
    if len(twice := np.flatnonzero(ids[1:] == ids[:-1])):
        raise IndexMismatchError(f"item id {ids[twice[0]]} was inserted twice. Fix the data. {CURE}")
    record = _record_of(index, receipts[0], written, number)
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


def _drop(index: VectorIndex, build: str, parts: Sequence[BuildPart]) -> None:
    """Drops the parts of a build before itself: of what a killed process leaves, the next one finds the build."""
    for part in parts:
        part.drop(build)
    index.store.drop(build)
    index.locks.release(build)


def _record_of(index: VectorIndex, receipt: Receipt, written: np.ndarray, number: int) -> IndexRecord:
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
        number=number,
        id_type=found.id_type or "int",
        fields=dict(found.fields),
    )
