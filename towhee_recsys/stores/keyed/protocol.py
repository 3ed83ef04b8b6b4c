"""The interface of all catalogues."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from towhee_recsys.stores.catalogue.facts import Facts, Id


class Catalogue(Protocol):
    """The facts of items by id, in versions; a version is named after the build of the index that it belongs to,
    `<collection>__<...>`, and one version of each collection is live.

    Safe under threads. When the store fails, a call raises StoreError, by the timeout at the latest; once the store is
    back, the next call succeeds. Messages and logs show the URL as it was written, without a password.
    """

    def write(self, items: Iterable[tuple[Id, Facts]], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids; sends them in batches.

        A version is only read before it is live by callers that name it. Writing an item twice stores it once.

        Raises:
            QueryError: an id or a fact is not acceptable.
            StoreError: the store does not do it.
        """
        ...

    def delete(self, ids: Iterable[Id], version: str) -> None:
        """Removes items from a version; an id that is not there is ignored.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store does not do it.
        """
        ...

    def publish(self, version: str) -> None:
        """Makes `version` the live one of its collection in one step. Nothing is dropped: see `keep`.

        Raises:
            StoreError: the store does not do it.
        """
        ...

    def keep(self, collection: str, versions: Collection[str]) -> None:
        """Drops all versions of `collection` but `versions` and the live one, each in one step.

        Raises:
            StoreError: the store does not do it.
        """
        ...

    def get(self, ids: Iterable[Id], version: str | None = None) -> list[Facts | None]:
        """The facts of each of `ids`, in their order, all of one version; None for an item that is missing.

        They are read from `version` in one round trip; if it was dropped, from the live version of its collection;
        without a version, from the one that was published last. A broken row counts as missing and is logged.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store cannot be read.
        """
        ...

    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def count(self, version: str) -> int:
        """How many items a version holds.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def live(self, collection: str) -> str | None:
        """The live version of a collection, None before the first is published.

        Raises:
            StoreError: the store cannot be read.
        """
        ...

    def must_have_items(self) -> None:
        """Checks that a version was published.

        Raises:
            StoreError: there is none yet.
        """
        ...
