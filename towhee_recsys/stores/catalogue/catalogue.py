"""The catalogue: facts of items in the versions of a keyed store."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from towhee_recsys.stores.catalogue.facts import Facts, Id
from towhee_recsys.stores.catalogue.facts_cache import FactsCache
from towhee_recsys.stores.catalogue.rows import from_row, to_row
from towhee_recsys.stores.keyed import KeyedStore, Versioned, id_of, key_of, open_keyed
from towhee_recsys.support.forks import new_lock


class Catalogue(Versioned):
    """The facts of items by id. A version has the name of the build whose items it describes, `<collection>__<...>`.

    Safe under threads. When the store fails, a call raises StoreError, by the timeout at the latest; once the store is
    available again, the next call succeeds.
    """

    def __init__(self, store: KeyedStore):
        super().__init__(store)
        self._cache, self._lock = FactsCache(), new_lock()

    def __str__(self) -> str:
        """What it is and where, for messages."""
        return f"the catalogue {self.url!r}"

    def write(self, items: Iterable[tuple[Id, Facts]], version: str) -> None:
        """Adds items to a version, in place of older ones with their ids; sends them in batches.

        Raises:
            QueryError: an id or a fact is not acceptable.
            StoreError: the store fails.
        """
        self._store.write(map(to_row, items), version)

    def delete(self, ids: Iterable[Id], version: str) -> None:
        """Removes items from a version; an id that is not there is ignored.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        self._store.delete([key_of(each) for each in ids], version)

    def get(self, ids: Iterable[Id], version: str) -> list[Facts | None]:
        """The facts of each of `ids`, in their order, of one state of the version; None for an item that is missing.

        They are read in one round trip. A broken row counts as missing and is logged.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        keys = [key_of(each) for each in ids]
        found = self._read(list(dict.fromkeys(keys)), version)
        return [found.get(key) for key in keys]

    def items(self, version: str) -> Iterator[tuple[Id, Facts]]:
        """All items of a version with their facts, in any order, a part at a time; broken rows are left out.

        Items that are written meanwhile may be among them.

        Raises:
            StoreError: the store fails.
        """
        for key, text in self._store.rows(version):
            facts = from_row(self.url, key, text)
            if facts is not None:
                yield id_of(key), facts

    def count(self, version: str) -> int:
        """The number of items in a version; 0 for one that does not exist.

        Raises:
            StoreError: the store fails.
        """
        return self._store.count(version)

    def exists(self, version: str) -> bool:
        """Whether a version has any items.

        Raises:
            StoreError: the store fails.
        """
        return self.count(version) > 0

    def _read(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        state = self._store.state()
        if state is None:
            return self._parsed(keys, version)
        with self._lock:
            return self._read_cached(keys, version, state)

    def _read_cached(self, keys: Sequence[str], version: str, state: Hashable) -> dict[str, Facts | None]:
        """Reads what is not cached; everything, if the store has changed since the rest was cached."""
        cached = self._cache.get(keys, version, state)
        if len(cached) == len(keys):
            return cached
        read = self._parsed([key for key in keys if key not in cached], version)
        if self._store.state() == state:
            self._cache.add(read)
        elif cached:
            return self._parsed(keys, version)
        return cached | read

    def _parsed(self, keys: Sequence[str], version: str) -> dict[str, Facts | None]:
        return {key: from_row(self.url, key, text) for key, text in self._store.read(keys, version).items()}


_open: dict[KeyedStore, Catalogue] = {}


def open_catalogue(url: str) -> Catalogue:
    """The catalogue at `url`, opened once a process: an SQLite file, a Redis or a MySQL server.

    Raises:
        StoreError: it is another kind of URL, or the catalogue cannot be opened.
        ConfigError: an environment variable in it is not set.
    """
    store = open_keyed(url, table="facts", setting="catalogue")
    return _open.setdefault(store, Catalogue(store))
