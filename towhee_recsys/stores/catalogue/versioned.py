"""What all catalogues have in common: which version is read, and which ones go."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.facts import Item


class VersionedCatalogue(ABC):
    """A catalogue on a few calls to a store, each of which sees one state of it. Messages show `url`."""

    url: str

    def get(self, ids: Sequence[int], version: str | None = None) -> list[Item | None]:
        """The facts of each of `ids`, in their order, all of one version, None where there are none."""
        wanted = [int(key) for key in ids]
        found = self._find(list(dict.fromkeys(wanted)), version) if wanted else {}
        return [found.get(key) for key in wanted]

    def must_have_items(self) -> None:
        """Raises StoreError when nothing was published yet."""
        if self._last_published() is None:
            raise StoreError(
                f"the catalogue {self.url!r} holds no items yet. Fill it with `towhee-recsys index -c CONFIG`, "
                "or name the one that was filled."
            )

    def keep(self, collection: str, versions: Collection[str]) -> None:
        """Drops all versions of `collection` but `versions` and the live one, each in one step."""
        kept = {*versions, self.live(collection)}
        for version in self.versions(collection):
            if version not in kept:
                self._drop(version)

    def _find(self, ids: Sequence[int], version: str | None) -> dict[int, Item | None]:
        """What is there of `ids` in `version`, else in the live version, which may change meanwhile."""
        asked = self._last_published() if version is None else version
        while asked is not None:
            found = self._read(ids, asked)
            if found or self.count(asked):
                return found
            live = self.live(collection_of(asked))
            if live == asked:
                break
            asked = live
        return {}

    @abstractmethod
    def live(self, collection: str) -> str | None:
        """The live version of a collection, None when none was published yet."""

    @abstractmethod
    def versions(self, collection: str) -> list[str]:
        """The versions of a collection that hold items, published or not, sorted by name."""

    @abstractmethod
    def count(self, version: str) -> int:
        """How many items a version holds."""

    @abstractmethod
    def _read(self, ids: Sequence[int], version: str) -> dict[int, Item | None]:
        """The rows that a version has of `ids`, None for a broken one; in one step."""

    @abstractmethod
    def _last_published(self) -> str | None:
        """The version that was published last, of whichever collection."""

    @abstractmethod
    def _drop(self, version: str) -> None:
        """Removes a version's items, in one step."""


def collection_of(version: str) -> str:
    """The collection that a version, `<collection>__<...>`, belongs to."""
    return version.rpartition("__")[0]
