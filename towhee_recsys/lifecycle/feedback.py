"""Users' interactions after training, and hidden items: both count from the next request on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import Config, load_config
from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id
from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.stores.feedback import Event, FeedbackStore, open_feedback
from towhee_recsys.stores.feedback.reading import as_record, read_events
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import MAX_TOP_K, IndexRecord, VectorIndex, builds, checked_ids, index_of


def feedback_of(config: Config) -> FeedbackStore:
    """The feedback of a config's index.

    Raises:
        StoreError: it cannot be opened.
    """
    return open_feedback(config.feedback_url, config.milvus.uri, config.milvus.collection)


def add_feedback(config: Config | str, events: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> int:
    """Adds interactions of users, known or new ones, and returns how many were given.

    The next request of such a user leaves these items out and is moved by them, without training. An event is a mapping
    with the declared columns of interactions: `{"user_id": 1, "movie_id": 260, "rating": 5}`. A time that is left out
    is now, and a count 1. An event replaces an older one of its user with the same `key`, which is the item if it is
    left out: so the same call can be repeated.

    Raises:
        QueryError: a field or a value is not acceptable, or an item is not in the index; nothing is added.
        IndexMismatchError: there is no index.
        StoreError: a store fails.
    """
    config = load_config(config)
    records = [events] if isinstance(events, Mapping) else list(events)
    index = index_of(config.milvus, create=False)
    live = index.live_in(index.versions())
    read = read_events(records, config.dataset.interactions, live.id_type)
    _must_be_there(read, index, live, config)
    return feedback_of(config).add(read)


def hide_items(config: Config | str, ids: Sequence[Id]) -> int:
    """Hides items from all users, at once and in all builds to come; returns how many were not hidden before.

    The index is not read: another process may have its Milvus Lite file open.

    Raises:
        BundleError: there is no model, which knows the type of the ids.
        QueryError: an id is not of the dataset's type.
        StoreError: the store fails.
    """
    config = load_config(config)
    feedback, keys = feedback_of(config), _item_ids(config, ids)
    new = set(keys).difference(feedback.hidden())
    feedback.hide(keys)
    return len(new)


def show_items(config: Config | str, ids: Sequence[Id]) -> int:
    """Shows hidden items again, at once; returns how many were hidden.

    Raises:
        BundleError: there is no model, which knows the type of the ids.
        QueryError: an id is not of the dataset's type.
        StoreError: the store fails.
    """
    config = load_config(config)
    feedback, keys = feedback_of(config), _item_ids(config, ids)
    shown = set(keys).intersection(feedback.hidden())
    feedback.show(keys)
    return len(shown)


def hidden_items(config: Config | str) -> list[Id]:
    """The ids of the hidden items.

    Raises:
        StoreError: the store fails.
    """
    return feedback_of(load_config(config)).hidden()


def exported_feedback(config: Config | str) -> Iterator[dict[str, Any]]:
    """All events in the declared columns of interactions, to be added to the dataset for the next training.

    A dataset has one rating for each user and item: of several, the last one is exported.

    Raises:
        StoreError: the store fails.
    """
    config = load_config(config)
    declared = config.dataset.interactions
    for events in _by_user(feedback_of(config).events()):
        if declared.rating:
            events = list({event.item: event for event in events}.values())
        yield from (as_record(event, declared) for event in events)


def forget_user(config: Config | str, user: Id) -> bool:
    """Removes a user's events, and the user's items from the history of every build; returns whether there were any.

    A model that was trained on the user's interactions keeps what it learned, until it is trained without them.

    Raises:
        QueryError: the id is not acceptable.
        StoreError: a store fails.
    """
    config = load_config(config)
    feedback, history = feedback_of(config), open_history(config.history_url)
    [events] = feedback.read([user])[1]
    feedback.remove_user(user)
    try:
        kept = [each.name for each in builds(index_of(config.milvus, create=False))]
    except IndexMismatchError:  # no index yet, so no history
        kept = []
    rows = sum(history.delete(possible_ids(user), build) for build in kept)
    return bool(events) or rows > 0


def _item_ids(config: Config, ids: Sequence[Id]) -> list[Id]:
    """The distinct `ids`, of the type that the dataset has."""
    id_type = load_bundle(config.model.dir).item_schema.id_type
    return list(dict.fromkeys(item_id(key, id_type, "hidden items") for key in ids))


def _must_be_there(events: Sequence[Event], index: VectorIndex, live: IndexRecord, config: Config) -> None:
    there = _in_index(list({event.item: None for event in events}), index, live)
    for row, event in enumerate(events):
        if event.item not in there:
            at = f", row {row + 1}" if len(events) > 1 else ""
            column = config.dataset.interactions.item
            raise QueryError(
                f"feedback{at}: {column}: item {event.item!r} is not in the index {live.collection!r}. "
                "Add it with `towhee-recsys index --add FILE`, or leave it out.",
                column,
            )


def _in_index(ids: Sequence[Id], index: VectorIndex, live: IndexRecord) -> set[Id]:
    keys = checked_ids(ids, live.id_type)
    parts = (keys[start : start + MAX_TOP_K] for start in range(0, len(keys), MAX_TOP_K))
    return {key for part in parts for key in index.store.rows(live.build, part).ids.tolist()}


def _by_user(events: Iterator[Event]) -> Iterator[list[Event]]:
    """The events of each user, the oldest first."""
    some: list[Event] = []
    for event in events:
        if some and str(some[0].user) != str(event.user):
            yield sorted(some, key=lambda each: each.added)
            some = []
        some.append(event)
    if some:
        yield sorted(some, key=lambda each: each.added)
