"""What users did since the training, and which items are hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.data.items import Id, is_int_id, is_text_id
from towhee_recsys.features.encoder import plain
from towhee_recsys.features.liked import FEEDBACK, includes_seen
from towhee_recsys.requests import Request
from towhee_recsys.stores.feedback import Event, open_feedback, value_of

Answer = tuple[Any, list[Id]]


@register(name="towhee_recsys/read_feedback")
class ReadFeedback:
    """A user record to the record with the user's interactions since the training, and the ids to leave out for them.

        .map("user", ("user", "changes"), ops.towhee_recsys.read_feedback(feedback=..., uri=..., ...))

    The interactions go into the record's field `feedback`, as [(item id, rating or weight), ...], the oldest first; the
    record of a user without any stays as it is. The ids are those of these items and of the hidden items; of hidden
    items alone where the user has no id, or where items that the user has interacted with may be recommended: by a
    second input, the request, else by the record's field `include_seen`, else by the argument.

    A list of users gives a list of records and a list of lists of ids, by one round trip to the feedback.

    Args:
        feedback: The URL of the feedback.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server; it is not reached.
        collection: The name of the index.
        model_dir: The folder of the model, which has the declaration of interactions.
        include_seen: Whether items that a user has interacted with may be recommended.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        QueryError: a record's `include_seen` is not true or false.
        StoreError: the feedback fails.
    """

    def __init__(self, feedback: str, uri: str, collection: str, model_dir: str, include_seen: bool = False):
        from towhee_recsys.bundle import load_bundle

        schema = load_bundle(model_dir).schema
        self._id_column, self._declared = schema.users.id, schema.interactions
        self._feedback, self._include_seen = open_feedback(feedback, uri, collection), include_seen

    def __call__(self, users: Any, requests: Any = None) -> Any:
        """The record and the ids of one user, or the records and the ids of several."""
        if not isinstance(users, (list, tuple)):
            records, changes = self([users], None if requests is None else [requests])
            return records[0], changes[0]
        hidden, events = self._feedback.read([self._id_of(user) for user in users])
        asked = [None] * len(users) if requests is None else requests
        answers = [self._answer(*each, hidden) for each in zip(users, asked, events, strict=True)]
        return [user for user, _ in answers], [changes for _, changes in answers]

    def _id_of(self, user: Any) -> Id | None:
        """The id of a user, None where there is none that a user can have."""
        key = plain(user.get(self._id_column)) if isinstance(user, Mapping) else None
        return key if is_int_id(key) or is_text_id(key) else None

    def _answer(self, user: Any, request: Request | None, events: Sequence[Event], hidden: Sequence[Id]) -> Answer:
        if not events:
            return user, [*hidden]
        values = [(event.item, value) for event in events if (value := value_of(event, self._declared)) is not None]
        include = request.include_seen if request else includes_seen(user, self._include_seen)
        return {FEEDBACK: values, **user}, [*hidden, *([] if include else [event.item for event in events])]
