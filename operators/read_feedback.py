"""What users did since the training, and which items are hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from towhee import register

from towhee_recsys.data.items import Id, is_int_id, is_text_id
from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.features.encoder import plain
from towhee_recsys.features.liked import FEEDBACK, includes_seen
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.requests import Request
from towhee_recsys.stores.feedback import Event, open_feedback, value_of
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import open_index

Answer = tuple[Any, list[Id]]
Events = tuple[Event, ...]


@register(name="towhee_recsys/read_feedback")
class ReadFeedback:
    """A user record to the record with the user's interactions since the training, and the ids to leave out for them.

        .map("user", ("user", "changes"), ops.towhee_recsys.read_feedback(feedback=..., uri=..., ...))

    The interactions go into the record's field `feedback`, as [(item id, rating or weight), ...], the oldest first; the
    record of a user without any stays as it is. The ids are those of these items and of the hidden items; of hidden
    items alone where the user has no id, or where items that the user has interacted with may be recommended: by a
    second input, the request, else by the record's field `include_seen`, else by the argument.

    What the model has learned from does not count again: of a user whom it was trained on, an event that was recorded
    before the build that answers was published, on an item that its history has for the user, is left out of them.

    A list of users gives a list of records and a list of lists of ids, by one round trip to the feedback, and one to
    the history where there are events from before the build.

    Args:
        feedback: The URL of the feedback.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        model_dir: The folder of the model, which has the declaration of interactions.
        include_seen: Whether items that a user has interacted with may be recommended.
        history: The URL of the history; without it, all events count.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        IndexMismatchError: a user has events, and no build is of this model, or the build has no history.
        QueryError: a record's `include_seen` is not true or false.
        StoreError: a store fails.
    """

    def __init__(
        self,
        feedback: str,
        uri: str,
        collection: str,
        model_dir: str,
        include_seen: bool = False,
        history: str | None = None,
        access: Mapping[str, Any] | None = None,
    ):
        from towhee_recsys.bundle import load_bundle
        from towhee_recsys.bundle.counts import interaction_counts
        from towhee_recsys.bundle.towers import loaded

        bundle = load_bundle(model_dir)
        self._model, self._dim = ModelRef(bundle.model_id), bundle.dim
        self._users, self._counts = loaded(bundle, "user").rows, interaction_counts(bundle)
        self._id_column, self._declared = bundle.schema.users.id, bundle.schema.interactions
        self._feedback, self._include_seen = open_feedback(feedback, uri, collection), include_seen
        self._history = open_history(history) if history else None
        self._index = open_index(uri, collection, access, create=False)

    def __call__(self, users: Any, requests: Any = None) -> Any:
        """The record and the ids of one user, or the records and the ids of several."""
        if not isinstance(users, (list, tuple)):
            records, changes = self([users], None if requests is None else [requests])
            return records[0], changes[0]
        hidden, events = self._feedback.read([self._id_of(user) for user in users])
        requests = [None] * len(users) if requests is None else requests
        new = self._new(events)
        answers = [self._answer(*each, hidden) for each in zip(users, requests, events, new, strict=True)]
        return [user for user, _ in answers], [changes for _, changes in answers]

    def _id_of(self, user: Any) -> Id | None:
        """The id of a user, None where there is none that a user can have."""
        key = plain(user.get(self._id_column)) if isinstance(user, Mapping) else None
        return key if is_int_id(key) or is_text_id(key) else None

    def _new(self, events: Sequence[Events]) -> list[Events]:
        """Each user's events without those that the model has learned from."""
        if self._history is None or not any(events):
            return [*events]
        build = self._index.answering(self._model, self._dim)
        published = datetime.fromisoformat(build.published).timestamp()
        older = [own[0].user for own in events if own and own[0].added < published]  # the first is the oldest
        keys = [key for user in older if self._is_trained_on(user) for key in possible_ids(user)]
        lists = self._history.get(keys, build.build) if keys else []
        learned = {(str(key), item) for key, items in zip(keys, lists, strict=True) for item in items}
        return [
            tuple(each for each in own if each.added >= published or (str(each.user), each.item) not in learned)
            for own in events
        ]

    def _is_trained_on(self, user: Id) -> bool:
        row = self._users.get(str(user))
        return row is not None and self._counts[row] > 0

    def _answer(self, user: Any, request: Request | None, events: Events, new: Events, hidden: Sequence[Id]) -> Answer:
        if not events:
            return user, [*hidden]
        values = [(event.item, value) for event in new if (value := value_of(event, self._declared)) is not None]
        include = request.include_seen if request else includes_seen(user, self._include_seen)
        seen = [] if include else [event.item for event in events]
        return ({FEEDBACK: values, **user} if values else user), [*hidden, *seen]
