"""What users did since the training, and which items are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.stores.feedback import open_feedback
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import IndexRecord, open_index


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
        from towhee_recsys.requests import EventReader

        bundle = load_bundle(model_dir)
        self._model, self._dim = ModelRef(bundle.model_id), bundle.dim
        self._index = open_index(uri, collection, access, create=False)
        known = open_history(history) if history else None
        self._read = EventReader(bundle, open_feedback(feedback, uri, collection), known, include_seen)

    def __call__(self, users: Any, requests: Any = None) -> Any:
        """The record and the ids of one user, or the records and the ids of several."""
        if not isinstance(users, (list, tuple)):
            records, changes = self([users], None if requests is None else [requests])
            return records[0], changes[0]
        found = self._read(users, requests, self._answering)
        return found.users, [[*found.hidden, *seen] for seen in found.seen]

    def _answering(self) -> IndexRecord:
        return self._index.answering(self._model, self._dim)
