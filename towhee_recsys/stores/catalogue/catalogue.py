"""The one interface of all catalogues, and the way to one by its URL."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from towhee_recsys.stores.catalogue.facts import Item
from towhee_recsys.stores.catalogue.urls import CatalogueUrl, parse_url

_open: dict[CatalogueUrl, Catalogue] = {}
_lock = threading.Lock()


class Catalogue(Protocol):
    """Items by id, in versions; a version is named after the build of the index that it belongs to,
    `<collection>__<...>`, and one version of each collection is live.

    Safe under threads. Every call raises StoreError, by the timeout at the latest, when the store does not do it;
    once the store is back, the next call does. What is raised and logged shows the URL as it was written, no password.
    """

    def write(self, items: Iterable[Item], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids; sends them in batches.

        A version that is not live yet is seen by nobody who does not ask for it. What is written twice is there once.
        """
        ...

    def delete(self, ids: Sequence[int], version: str) -> None:
        """Removes items from a version; an id that is not there is no error."""
        ...

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step. Nothing is dropped: see `keep`."""
        ...

    def keep(self, collection: str, versions: Collection[str]) -> None:
        """Drops all versions of `collection` but `versions` and the live one, each in one step."""
        ...

    def get(self, ids: Sequence[int], version: str | None = None) -> list[Item | None]:
        """The facts of each of `ids`, in their order, all of one version, None where there are none.

        They are those of `version`, in one round trip; where that was dropped, those of its collection's live version;
        without a version those of the last published. A row that is broken is none, and logged.
        """
        ...

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""
        ...

    def count(self, version: str) -> int:
        """How many items a version holds."""
        ...

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None when none was published yet."""
        ...

    def must_have_items(self) -> None:
        """Raises StoreError when nothing was published yet."""
        ...


def open_catalogue(url: str) -> Catalogue:
    """The catalogue at `url`, opened once a process; see `parse_url` for what it may be.

    Raises StoreError for another kind of URL, or when it cannot be opened.
    """
    address = parse_url(url)
    if address not in _open:
        opened = _opened(address)  # outside the lock: nobody waits for a server of somebody else's
        with _lock:
            _open.setdefault(address, opened)
    return _open[address]


def check_url(url: str) -> None:
    """Raises StoreError when `url` cannot be a catalogue's, or what it needs is not installed; opens nothing."""
    parse_url(url)


def _opened(address: CatalogueUrl) -> Catalogue:
    if address.kind == "sqlite":
        from towhee_recsys.stores.catalogue.sqlite import SqliteCatalogue

        return SqliteCatalogue(address)
    if address.kind == "redis":
        from towhee_recsys.stores.catalogue.redis import RedisCatalogue

        return RedisCatalogue(address)
    from towhee_recsys.stores.catalogue.mysql import MysqlCatalogue

    return MysqlCatalogue(address)
