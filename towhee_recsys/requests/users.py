"""Requests for recommendations to a user."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from towhee_recsys.bundle import Bundle
from towhee_recsys.data.items import Id
from towhee_recsys.errors import QueryError, refused
from towhee_recsys.features.liked import DISLIKED, FEEDBACK, INCLUDE_SEEN, LIKED, liked_ids
from towhee_recsys.requests.fields import listed
from towhee_recsys.requests.items import ItemFinder
from towhee_recsys.requests.options import OptionsReader, request_rules
from towhee_recsys.requests.request import Request

USER = "user"

User = Mapping[str, Any]


def user_request_reader(
    bundle: Bundle, find: ItemFinder, top_k: int, include_seen: bool = False, settings: Mapping[str, Any] | None = None
) -> UserRequestReader:
    """The reader of requests for users of a model; `settings` are those of `requests` in a config.

    Raises:
        ConfigError: a setting is not acceptable.
    """
    knows_std = bundle.prediction_variance is not None
    options = OptionsReader(request_rules(settings), bundle.item_schema, top_k, include_seen, knows_std=knows_std)
    return UserRequestReader(options, find, {bundle.schema.users.id, *bundle.users.state["columns"]})


class UserRequestReader:
    """Reads requests for a user: `{"user": {...}, "top_k": 5, ...}`, or the user's record alone.

    Args:
        options: Reads what a request has besides its user.
        find: Finds the items that are liked and disliked.
        columns: The columns of users. If `user` is one of them, a record with it is a request only where its value is a
            mapping.
    """

    def __init__(self, options: OptionsReader, find: ItemFinder, columns: Collection[str]):
        self._options, self._find = options, find
        self._is_column = USER in columns

    def __call__(self, given: Any) -> tuple[Any, Request]:
        """The user's record, with ids in `liked` and `disliked`, and the request.

        Raises:
            QueryError: a field is unknown, not allowed, or has a value that is not accepted; no item, or more than one,
                has a title.
        """
        if not isinstance(given, Mapping):
            return given, self._options.default  # which the encoder refuses
        if not self._is_request(given):
            return self._read(given, {})
        if not isinstance(given[USER], Mapping):
            raise refused(USER, given[USER], "a mapping with what is known of the user, {} for nothing")
        return self._read(given[USER], given)

    def _is_request(self, given: Mapping[str, Any]) -> bool:
        return USER in given and (isinstance(given[USER], Mapping) or not self._is_column)

    def _read(self, user: User, options: Mapping[str, Any]) -> tuple[User, Request]:
        if user.get(FEEDBACK) is not None:  # which the pipeline itself adds, with values that were checked
            raise refused(
                FEEDBACK,
                user[FEEDBACK],
                f"no value in a request. Give items in {LIKED} or {DISLIKED}, or record events",
            )
        liked, disliked = self._ids(user, LIKED), self._ids(user, DISLIKED)
        if liked or disliked:
            _must_differ(liked, disliked)
            named = {LIKED: liked, DISLIKED: disliked}
            user = {**user, **{name: ids for name, ids in named.items() if ids}}  # a `liked` of [] empties a history
        if INCLUDE_SEEN in user:
            given = {name: each for name, each in options.items() if each is not None}
            options = {INCLUDE_SEEN: user[INCLUDE_SEEN], **given}
            user = {name: each for name, each in user.items() if name != INCLUDE_SEEN}
        exclude = (*liked, *disliked)
        return user, self._options.read(options, exclude) if options or exclude else self._options.default

    def _ids(self, user: User, field: str) -> list[Id]:
        given = user.get(field)
        if given is None:
            return []
        ids = listed(field, liked_ids(given, field), "a list of item ids or titles", self._options.max_ids)
        return list(dict.fromkeys(self._find(each, field) for each in ids))


def _must_differ(liked: Sequence[Id], disliked: Sequence[Id]) -> None:
    if both := set(liked).intersection(disliked):
        raise QueryError(
            f"{DISLIKED}: item {min(both)!r} is also in {LIKED}. Leave it out of one of them.",
            DISLIKED,
            f"items that are not in {LIKED}",
        )
