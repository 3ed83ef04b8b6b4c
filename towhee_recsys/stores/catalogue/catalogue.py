"""What all catalogues have in common: how items become rows, which version is read, and which ones are dropped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.facts import Facts, Id
from towhee_recsys.stores.catalogue.rows import key_of, to_row


class VersionedCatalogue(ABC):
    """A catalogue on a few calls to a store, each of which sees one state of it. Messages show `url`."""

    url: str

    def write(self, items: Iterable[tuple[Id, Facts]], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids.

        Raises:
            QueryError: an id or a fact is not acceptable.
            StoreError: the store does not do it.
        """
        self._write(map(to_row, items), version)

    def delete(self, ids: Iterable[Id], version: str) -> None:
        """Removes items from a version; an id that is not there is ignored.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store does not do it.
        """
        if keys := [key_of(each) for each in ids]:
            self._delete(keys, version)

    def get(self, ids: Iterable[Id], version: str | None = None) -> list[Facts | None]:
        """The facts of each of `ids`, in their order, all of one version; None for an item that is missing.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store cannot be read.
        """
        keys = [key_of(each) for each in ids]
        found = self._find(list(dict.fromkeys(keys)), version) if keys else {}
        return [found.get(key) for key in keys]

    def must_have_items(self) -> None:
        """Checks that a version was published.

        Raises:
            StoreError: there is none yet.
        """
        if self._last_published() is None:
            raise StoreError(
                f"the catalogue {self.url!r} holds no items yet. Fill it with `towhee-recsys index -c CONFIG`, "
                "or name the one that was filled in `catalogue`."
            )

    def keep(self, collection: str, versions: Collection[str]) -> None:
        """Drops all versions of `collection` but `versions` and the live one, each in one step.

        Raises:
            StoreError: the store does not do it.
        """
        kept = {*versions, self.live(collection)}
        for version in self.versions(collection):
            if version not in kept:
                self._drop(version)

    def _find(self, keys: Sequence[str], version: str | None) -> dict[str, Facts | None]:
        """The rows of `keys` in `version`; if it was dropped, those of the live version, which may change."""
        wanted = self._last_published() if version is None else version
        while wanted is not None:
            found = self._read(keys, wanted)
            if found or self.count(wanted):
                return found
            live = self.live(collection_of(wanted))
            if live == wanted:
                break
            wanted = live
        return {}

    @abstractmethod
    def live(self, collection: str) -> str | None:
        """The live version of a collection, None before the first is published."""

    @abstractmethod
    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""

    @abstractmethod
    def count(self, version: str) -> int:
        """How many items a version holds."""

    @abstractmethod
    def _write(self, rows: Iterable[tuple[str, str]], version: str) -> None:
        """Adds rows (key, JSON) to a version, in place of older ones with their keys."""

    @abstractmethod
    def _delete(self, keys: Sequence[str], version: str) -> None:
        """Removes rows from a version."""

    @abstractmethod
    def _read(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        """The rows that a version has of `keys`, None for a broken one; in one step."""

    @abstractmethod
    def _last_published(self) -> str | None:
        """The version that was published last, of any collection."""

    @abstractmethod
    def _drop(self, version: str) -> None:
        """Removes a version's items, in one step."""


def collection_of(version: str) -> str:
    """The collection that a version, `<collection>__<...>`, belongs to."""
    return version.rpartition("__")[0]
