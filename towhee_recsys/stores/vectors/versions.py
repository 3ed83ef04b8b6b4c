"""Which build of an index is live, and which others were live before and are kept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from towhee_recsys.errors import IndexMismatchError, RecsysError
from towhee_recsys.stores.vectors.protocol import VectorStore
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.support.forks import new_lock

FRESH = 0.5
"""Seconds for which a shared store is not read again, although another process may publish at any time."""

REBUILD = "Build it with `towhee-recsys index -c CONFIG`."
"""The cure of an index that cannot be used."""


@dataclass(frozen=True)
class Versions:
    """The live build of a collection, if there is one, and the `kept` ones: the one that was live last comes first.

    `outdated` are the names of builds whose records another version of this program wrote.
    """

    live: IndexRecord | None
    kept: tuple[IndexRecord, ...] = ()
    outdated: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[IndexRecord, ...]:
        """The live one first."""
        return self.kept if self.live is None else (self.live, *self.kept)

    @property
    def before(self) -> IndexRecord | None:
        """The kept build that first went live before the live one, the last of these."""
        older = [each for each in self.kept if self.live and each.number < self.live.number]
        return max(older, key=lambda each: each.number, default=None)

    @property
    def next_number(self) -> int:
        """The number of the next build that goes live."""
        return 1 + max((each.number for each in self.all), default=0)


def read_versions(store: VectorStore, collection: str) -> Versions:
    """The live build and the kept ones.

    Raises:
        IndexMismatchError: the live build is not one of ours.
        StoreError: the store fails.
    """
    read = store.read_records(collection)
    outdated = tuple(each["build"] for each in read.all if IndexRecord.from_json(each) is None)
    records = [record for each in read.all if (record := IndexRecord.from_json(each))]
    live = next((each for each in records if each.build == read.live), None)
    if read.live and not live and read.live not in outdated:
        if store.read_records(collection).live != read.live:
            return read_versions(store, collection)  # it was switched in between
        raise IndexMismatchError(
            f"collection {collection!r} in this Milvus is an alias of {read.live!r}, which is no index of "
            "towhee-recsys: nothing was changed. Remove the alias, or give another name in milvus.collection."
        )
    return Versions(live, tuple(each for each in records if each is not live), outdated)


def make_live(store: VectorStore, record: IndexRecord) -> None:
    """Makes `record`'s build the live one, for all readers at once.

    Raises:
        StoreError: the store fails.
    """
    store.write_record(record.to_json())
    store.make_live(record.collection, record.build)


def must_be_ours(store: VectorStore, collection: str) -> None:
    """Checks that nothing but an index of ours has the name of `collection`.

    Raises:
        IndexMismatchError: something else has it.
        StoreError: the store fails.
    """
    if collection in store.names():
        found = store.describe(collection)
        raise IndexMismatchError(
            f"this Milvus has a collection {collection!r} that is no index of towhee-recsys "
            f"(vectors of {found.dim} numbers, metric {found.metric}): nothing was changed. Rename it, or give "
            "another name in milvus.collection."
        )


class VersionCache:
    """The versions of `collection` as they were read last; calls `changed` when they are others than before.

    Of a shared store they are at most half a second old, and read again by a thread of its own, so that searches do not
    wait. Safe under threads.
    """

    def __init__(self, store: VectorStore, collection: str, changed: Callable[[], None]):
        self._store, self._collection, self._changed = store, collection, changed
        self._read: tuple[float, Versions] | None = None
        self._comparing, self._refreshing = new_lock(), new_lock()

    def versions(self, newest: bool) -> Versions:
        """The live build and the kept ones; the `newest` are read now."""
        read = self._read
        if read is None or newest:
            return self._read_now()
        age = time.monotonic() - read[0] if self._store.shared else 0
        if age > FRESH / 2 and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh, daemon=True).start()
        return read[1] if age < FRESH else self._read_now()

    def _read_now(self) -> Versions:
        now = time.monotonic()
        versions = read_versions(self._store, self._collection)
        with self._comparing:
            if self._read is None or self._read[0] <= now:  # another thread may have read later than this
                if self._read and self._read[1] != versions:
                    self._changed()
                self._read = (now, versions)
            return self._read[1]

    def _refresh(self) -> None:
        try:
            with suppress(RecsysError):  # a search that has to read meets the same error, and raises it
                self._read_now()
        finally:
            self._refreshing.release()
