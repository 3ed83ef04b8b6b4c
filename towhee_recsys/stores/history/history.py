"""Ids of items by user, in the versions of a keyed store."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence

from pydantic_core import from_json, to_json  # several times as fast as Python's json

from towhee_recsys.data.items import Id
from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.history.reading import ItemLists, id_lists, number_lists
from towhee_recsys.stores.keyed import KeyedStore, Versioned, as_id, id_of, key_of, open_keyed
from towhee_recsys.stores.vectors import REBUILD

log = logging.getLogger(__name__)

MARKER = ""
"""The key of a row that every version has, so that one without users exists; no id has this key."""


class History(Versioned):
    """The ids of the items that each user has interacted with. A version has the name of the build that it belongs to.

    Safe under threads. When the store fails, a call raises StoreError, by the timeout at the latest; once the store is
    available again, the next call succeeds.
    """

    def __str__(self) -> str:
        """What it is and where, for messages."""
        return f"the history {self.url!r}"

    def write(self, rows: Iterable[tuple[Id, Sequence[Id]]], version: str) -> None:
        """Adds users, each with the ids of its items, in place of older rows of these users; sends them in batches.

        The version exists once the first call has returned, even if there were no rows.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        self._store.write(_texts(rows), version)

    def get(self, users: Iterable[Id], version: str) -> list[list[Id]]:
        """The ids of each user's items, in the users' order; [] for an unknown user. One round trip.

        A broken row is logged and counts as an unknown user.

        Raises:
            QueryError: an id is not acceptable.
            IndexMismatchError: the version does not exist.
            StoreError: the store fails.
        """
        return [[] if text is None else self._ids(key, text) for key, text in self._rows(users, version)]

    def get_arrays(self, users: Iterable[Id], version: str) -> ItemLists:
        """The same for many users as arrays: all ids, int64[m] or object[m], and how many each user has, int64[n].

        Raises:
            QueryError: an id is not acceptable.
            IndexMismatchError: the version does not exist.
            StoreError: the store fails.
        """
        rows = self._rows(users, version)
        found = number_lists([text for _, text in rows])
        return found or id_lists([[] if text is None else self._ids(key, text) for key, text in rows])

    def _rows(self, users: Iterable[Id], version: str) -> list[tuple[str, bytes | str | None]]:
        """The key and the text of each user, None for an unknown one."""
        keys = [key_of(user, "user") for user in users]
        found = self._store.read(list(dict.fromkeys([MARKER, *keys])), version)
        if MARKER not in found:
            raise IndexMismatchError(
                f"{version} has no history in {self.url!r}: it was indexed without the step history_insert, or its "
                f"history is gone. {REBUILD} A pipeline of your own needs history_insert, as the shipped index.yaml "
                "has it. To recommend seen items, too, set include_seen: true."
            )
        return [(key, found.get(key)) for key in keys]

    def delete(self, users: Iterable[Id], version: str) -> int:
        """Removes users from a version; returns how many of them it had.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        keys = [key_of(user, "user") for user in users]
        found = self._store.read(keys, version)
        self._store.delete([*found], version)
        return len(found)

    def exists(self, version: str) -> bool:
        """Whether a version was written, if only for zero users.

        Raises:
            StoreError: the store fails.
        """
        return bool(self._store.read([MARKER], version))

    def count(self, version: str) -> int:
        """The number of users in a version; 0 for one that does not exist.

        Raises:
            StoreError: the store fails.
        """
        return self._store.count(version) - self.exists(version)

    def _ids(self, key: str, text: bytes | str) -> list[Id]:
        try:
            ids = from_json(text)
        except ValueError:
            ids = None
        if isinstance(ids, list) and {*map(type, ids)} <= {int, str}:
            return ids
        log.warning(
            "the history %r has a broken row for user %r, whose items are not left out; `towhee-recsys index` writes "
            "it again",
            self.url,
            id_of(key),
        )
        return []


_open: dict[KeyedStore, History] = {}


def open_history(url: str) -> History:
    """The history at `url`, opened once a process: an SQLite file, a Redis or a MySQL server.

    Raises:
        StoreError: it is another kind of URL, or the history cannot be opened.
        ConfigError: an environment variable in it is not set.
    """
    store = open_keyed(url, table="history", setting="history")
    return _open.setdefault(store, History(store))


def _texts(rows: Iterable[tuple[Id, Sequence[Id]]]) -> Iterator[tuple[str, str]]:
    """The rows as texts; the marker comes last, so that a version whose writing was interrupted does not exist."""
    for user, items in rows:
        yield key_of(user, "user"), to_json([as_id(item) for item in items]).decode()
    yield MARKER, "[]"
