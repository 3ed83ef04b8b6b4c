"""The items that a user has interacted with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from towhee import register

from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.features.liked import includes_seen
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.requests import Request
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import open_index

Ids = list[int | str]


@register(name="towhee_recsys/exclude_seen")
class ExcludeSeen:
    """A user record and a list of ids to leave out, to these and the ids of the items that the user has seen.

        .map(("user", "leave_out"), "leave_out", ops.towhee_recsys.exclude_seen(history=..., uri=..., ...))
        .map(("user", "leave_out", "request"), "leave_out", ops.towhee_recsys.exclude_seen(...))    # of read_request

    A list of users with a list of such lists gives a list of lists, by one round trip to the history. The items are
    those of the user's interactions when the build that answers at this moment was indexed. Where another build goes
    live before the search, that one is searched, and later interactions that it knows are not left out yet. A user
    without an id, or one whom the history does not have, adds nothing; neither does one whose request or, without a
    request, whose record has `include_seen: true`, or, if that is left out, anyone where the argument `include_seen` is
    true. What a request excludes is left out, too.

    Args:
        history: The URL of the history.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        model_dir: The folder of the model, whose vectors are searched with.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.
        include_seen: Whether seen items may be recommended, unless a record says otherwise.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        IndexMismatchError: no build is of this model, or the build has no history: a pipeline without the step
            history_insert made it, or the history is gone.
        QueryError: a record's `include_seen` is not true or false.
        StoreError: a store fails.
    """

    def __init__(
        self,
        history: str,
        uri: str,
        collection: str,
        model_dir: str,
        access: Mapping[str, Any] | None = None,
        include_seen: bool = False,
    ):
        from towhee_recsys.bundle import load_bundle

        bundle = load_bundle(model_dir)
        self._history, self._index = open_history(history), open_index(uri, collection, access, create=False)
        self._model, self._dim = ModelRef(bundle.model_id), bundle.dim
        self._id_column, self._include_seen = bundle.schema.users.id, include_seen

    def __call__(self, users: Any, leave_out: Any, requests: Any = None) -> Any:
        """The ids to leave out for one user or for each of several."""
        if not isinstance(users, (list, tuple)):
            return self([users], [leave_out], None if requests is None else [requests])[0]
        requests = [None] * len(users) if requests is None else requests
        wanted = [self._ids_of(user, request) for user, request in zip(users, requests, strict=True)]
        seen = self._seen([key for ids in wanted for key in ids])
        return [
            [*given, *(request.exclude if request else ()), *chain.from_iterable(seen[key] for key in ids)]
            for ids, given, request in zip(wanted, leave_out, requests, strict=True)
        ]

    def _ids_of(self, user: Any, request: Request | None) -> Ids:
        """The ids by which the history may have a user whose seen items are to be left out."""
        if not isinstance(user, Mapping):
            return []
        if request.include_seen if request else includes_seen(user, self._include_seen):
            return []
        return possible_ids(user.get(self._id_column))

    def _seen(self, ids: Sequence[int | str]) -> dict[int | str, Ids]:
        if not ids:
            return {}
        build = self._index.answering(self._model, self._dim).build
        return dict(zip(ids, self._history.get(ids, build), strict=True))
