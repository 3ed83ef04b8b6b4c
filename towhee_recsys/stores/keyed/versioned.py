"""What catalogue, history and projection have in common."""

from __future__ import annotations

from towhee_recsys.stores.keyed.keys import in_collection
from towhee_recsys.stores.keyed.protocol import KeyedStore


class Versioned:
    """Versions in a keyed store, each with the name of the build that it belongs to.

    Attributes:
        url: The store's URL as it was written, without a password; for messages.
    """

    def __init__(self, store: KeyedStore):
        self.url, self._store = store.url, store

    def versions(self, collection: str | None = None) -> list[str]:
        """The versions of a collection, or of all, sorted by name; among them those whose writing was interrupted.

        Raises:
            StoreError: the store fails.
        """
        return in_collection(self._store.versions(), collection)

    def drop(self, version: str) -> None:
        """Removes a version in one step; one that does not exist is ignored.

        Raises:
            StoreError: the store fails.
        """
        self._store.drop(version)
