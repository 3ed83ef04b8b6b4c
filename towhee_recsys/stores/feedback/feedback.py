"""Events by index and user, and the hidden items of an index, in a store with groups."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from towhee_recsys.data.items import Id
from towhee_recsys.stores.feedback.events import Event
from towhee_recsys.stores.feedback.identity import index_name
from towhee_recsys.stores.keyed import GroupedStore, as_id, id_of, key_of, open_groups

log = logging.getLogger(__name__)

HIDDEN = ""
"""The group of the hidden items; no user has this id."""

MOST_CACHED = 100_000
"""Groups that are cached at most."""

Group = Mapping[str, bytes | str]


@dataclass
class _Cache:
    """What was read of one state of the store."""

    state: Hashable
    empty: bool = False
    hidden: tuple[Id, ...] | None = None
    events: dict[str, tuple[Event, ...]] = field(default_factory=dict)


class FeedbackStore:
    """The events of each user of one index, which outlive its builds, and the items that are hidden in it.

    Safe under threads and processes. An event that `add` has returned for survives a kill of this process: see
    `GroupedStore`. When the store fails, a call raises StoreError, by the timeout at the latest; once the store is
    available again, the next call succeeds.

    Attributes:
        url: The store's URL as it was written, without a password; for messages.
    """

    def __init__(self, store: GroupedStore, index: str):
        self.url, self._store, self._index = store.url, store, index
        self._cache = _Cache(None)

    def __str__(self) -> str:
        """What it is and where, for messages."""
        return f"the feedback {self.url!r}"

    def add(self, events: Iterable[Event]) -> int:
        """Adds events, each in place of an older one of its user with its key; returns how many were given.

        Raises:
            QueryError: an id is not acceptable; nothing is added.
            StoreError: the store fails.
        """
        rows = [event.row() for event in events]
        if rows:
            self._store.write(rows, self._index)
        return len(rows)

    def remove_user(self, user: Id) -> None:
        """Removes all events of a user.

        Raises:
            QueryError: the id is not acceptable.
            StoreError: the store fails.
        """
        self._store.clear(str(as_id(user, "user")), self._index)

    def hide(self, ids: Iterable[Id]) -> None:
        """Hides items from all users; one that is hidden stays so.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        self._store.write([(HIDDEN, key_of(key), "") for key in ids], self._index)

    def show(self, ids: Iterable[Id]) -> None:
        """Shows hidden items again; one that is not hidden stays so.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        self._store.delete(HIDDEN, [key_of(key) for key in ids], self._index)

    def hidden(self) -> list[Id]:
        """The ids of the hidden items.

        Raises:
            StoreError: the store fails.
        """
        return list(self.read([])[0])

    def read(self, users: Sequence[Id | None]) -> tuple[tuple[Id, ...], list[tuple[Event, ...]]]:
        """The hidden items, and each user's events, the oldest first; () for None. One round trip.

        A store that knows its state is only read for what was not read of this state before. A broken row is logged
        and left out.

        Raises:
            QueryError: an id is not acceptable.
            StoreError: the store fails.
        """
        groups = [None if user is None else str(as_id(user, "user")) for user in users]
        cache = self._current()
        if cache.empty:  # where no feedback is given, requests pay next to nothing for it
            return (), [()] * len(users)
        missing = [group for group in dict.fromkeys(groups) if group is not None and group not in cache.events]
        if missing or cache.hidden is None:
            found = self._store.read([*missing, *([HIDDEN] if cache.hidden is None else [])], self._index)
            if cache.hidden is None:
                cache.hidden = tuple(map(id_of, found.pop(HIDDEN)))
            cache.events |= {group: self._events(rows) for group, rows in found.items()}
        events = cache.events
        return cache.hidden, [() if group is None else events[group] for group in groups]

    def events(self) -> Iterator[Event]:
        """All events of the index, a user's together.

        Raises:
            StoreError: the store fails.
        """
        for group, key, text in self._store.rows(self._index):
            if group != HIDDEN and (event := Event.of_row(key, text)):
                yield event

    def users(self) -> int:
        """The number of users with events.

        Raises:
            StoreError: the store fails.
        """
        return self._store.count(self._index) - bool(self.hidden())

    def _current(self) -> _Cache:
        """The cache where it is of the store's state, else an empty one, which only a known state keeps."""
        state, cache = self._store.state(), self._cache
        if state is None or state != cache.state or len(cache.events) > MOST_CACHED:
            cache = _Cache(state, empty=state is not None and not self._store.exists(self._index))
            if state is not None:
                self._cache = cache
        return cache

    def _events(self, rows: Group) -> tuple[Event, ...]:
        found = [Event.of_row(key, text) for key, text in rows.items()]
        if None in found:
            log.warning(
                "the feedback %r has %d broken rows, which are left out; `towhee-recsys feedback --forget` removes "
                "those of a user",
                self.url,
                found.count(None),
            )
        return tuple(sorted((event for event in found if event), key=lambda event: event.added))


_open: dict[tuple[GroupedStore, str], FeedbackStore] = {}


def open_feedback(url: str, uri: str, collection: str) -> FeedbackStore:
    """The feedback at `url` of the index `collection` of the Milvus at `uri`, opened once a process.

    Raises:
        StoreError: one of them is another kind of URL, or the feedback cannot be opened.
        ConfigError: an environment variable in one of them is not set.
    """
    store, index = open_groups(url, table="feedback", setting="feedback"), index_name(uri, collection)
    return _open.setdefault((store, index), FeedbackStore(store, index))
