"""What users did since the training, in their records, and the items that it leaves out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.bundle.counts import interaction_counts
from towhee_recsys.bundle.towers import loaded
from towhee_recsys.data.items import Id, is_int_id, is_text_id
from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.features.encoder import plain
from towhee_recsys.features.liked import FEEDBACK, includes_seen
from towhee_recsys.requests.request import Request
from towhee_recsys.stores.feedback import Event, FeedbackStore, value_of
from towhee_recsys.stores.history import History
from towhee_recsys.stores.vectors import IndexRecord

Events = tuple[Event, ...]


@dataclass(frozen=True)
class NewEvents:
    """What was read for several users.

    Attributes:
        users: Their records, with interactions that the model has not learned from in the field `feedback`.
        seen: For each user the ids of items to leave out, because the user has interacted with them.
        hidden: The ids of the items that are hidden from all users.
    """

    users: list[Any]
    seen: list[list[Id]]
    hidden: Sequence[Id]


class EventReader:
    """Reads the events of users of a model, and which of them the model has learned from.

    An event that was recorded before the build that answers was published, on an item that its history has for the
    user, was learned from where the model was trained on the user.

    Args:
        bundle: The model.
        feedback: The feedback.
        history: The history; None where all events count.
        include_seen: Whether items that a user has interacted with may be recommended, unless a request or a record
            says otherwise.
    """

    def __init__(
        self, bundle: Bundle, feedback: FeedbackStore, history: History | None = None, include_seen: bool = False
    ):
        self._users, self._counts = loaded(bundle, "user").rows, interaction_counts(bundle)
        self._id_column, self._declared = bundle.schema.users.id, bundle.schema.interactions
        self._feedback, self._history, self._include_seen = feedback, history, include_seen

    def __call__(
        self, users: Sequence[Any], requests: Sequence[Request] | None, build: Callable[[], IndexRecord]
    ) -> NewEvents:
        """What the feedback has of `users`, by one round trip, and one to the history where there are old events.

        `build` gives the record of the build that answers; it is called only where a user has events.

        Raises:
            IndexMismatchError: the build has no history.
            QueryError: a record's `include_seen` is not true or false.
            StoreError: a store fails.
        """
        hidden, events = self._feedback.read([self._id_of(user) for user in users])
        if not any(events):
            return NewEvents([*users], [[] for _ in users], hidden)
        new = [*events] if self._history is None else self._not_learned(self._history, events, build())
        wanted = [None] * len(users) if requests is None else requests
        found = [self._of_user(*each) for each in zip(users, wanted, events, new, strict=True)]
        return NewEvents([user for user, _ in found], [seen for _, seen in found], hidden)

    def _id_of(self, user: Any) -> Id | None:
        """The id of a user, None where there is none that a user can have."""
        key = plain(user.get(self._id_column)) if isinstance(user, Mapping) else None
        return key if is_int_id(key) or is_text_id(key) else None

    def _not_learned(self, history: History, events: Sequence[Events], build: IndexRecord) -> list[Events]:
        """Each user's events without those that the model has learned from."""
        published = datetime.fromisoformat(build.published).timestamp()
        older = [own[0].user for own in events if own and own[0].added < published]  # the first is the oldest
        keys = [key for user in older if self._is_trained_on(user) for key in possible_ids(user)]
        lists = history.get(keys, build.build) if keys else []
        learned = {(str(key), item) for key, items in zip(keys, lists, strict=True) for item in items}
        return [
            tuple(each for each in own if each.added >= published or (str(each.user), each.item) not in learned)
            for own in events
        ]

    def _is_trained_on(self, user: Id) -> bool:
        row = self._users.get(str(user))
        return row is not None and self._counts[row] > 0

    def _of_user(self, user: Any, request: Request | None, events: Events, new: Events) -> tuple[Any, list[Id]]:
        if not events:
            return user, []
        values = [(event.item, value) for event in new if (value := value_of(event, self._declared)) is not None]
        include = request.include_seen if request else includes_seen(user, self._include_seen)
        seen = [] if include else [event.item for event in events]
        return ({FEEDBACK: values, **user} if values else user), seen
