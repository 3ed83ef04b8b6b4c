"""Reasons of recommendations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.requests.reason_sources import sources
from towhee_recsys.requests.reasons import EVERYONE, Reason, named, reasons
from towhee_recsys.stores.catalogue import Id, open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import open_index

Item = dict[str, Any]
User = Mapping[str, Any]


@register(name="towhee_recsys/explain")
class Explain:
    """Recommendations with their `reasons`, where the request has `explain: true`; others stay as they are.

        .map(("items", "hits", "user", "request"), "items", ops.towhee_recsys.explain(model_dir=..., uri=..., ...))

    `reasons` is a list of records such as `{"because": "liked", "item_id": 260, "title": "Star Wars", "share": 0.21}`:
    the largest share of the score first, then the rest, as `other`; they sum to the score. `because` is `liked`,
    `disliked`, `feedback` or `history` for an item of the user, a column of users, or `everyone` for what any user
    gets. `hits` are those that the items were looked up by. Lists of each give a list of lists.

    Args:
        model_dir: The folder of the model.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        catalogue: The URL of the catalogue, which has the titles.
        history: The URL of the history; without it, what a user's id adds is not explained by items.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        IndexMismatchError: the build that the hits come from is gone, or has no history.
        StoreError: a store fails.
    """

    def __init__(
        self,
        model_dir: str,
        uri: str,
        collection: str,
        catalogue: str,
        history: str | None = None,
        access: Mapping[str, Any] | None = None,
    ):
        from towhee_recsys.bundle import UserEncoder, load_bundle

        bundle = load_bundle(model_dir)
        self._encoder = UserEncoder(bundle, "general")
        self._items, self._user_id = bundle.item_schema, bundle.schema.users.id
        self._index, self._catalogue = open_index(uri, collection, access, create=False), open_catalogue(catalogue)
        self._history = open_history(history) if history else None

    def __call__(self, items: Any, hits: Any, users: Any, requests: Any) -> Any:
        """The items of one request or of each of several."""
        if requests is None:
            return items
        if not isinstance(requests, (list, tuple)):
            return items if not requests.explain else self([items], [hits], [users], [requests])[0]
        rows = [row for row, request in enumerate(requests) if request and request.explain and items[row]]
        if not rows:
            return items
        answers = list(items)
        for build in dict.fromkeys(hits[row][0].build for row in rows):
            chosen = [row for row in rows if hits[row][0].build == build]
            reasons = self._reasons([items[row] for row in chosen], [users[row] for row in chosen], build)
            for row, lists in zip(chosen, reasons, strict=True):
                answers[row] = [{**item, "reasons": own} for item, own in zip(items[row], lists, strict=True)]
        return answers

    def _reasons(
        self, answers: Sequence[Sequence[Item]], users: Sequence[User], build: str
    ) -> list[list[list[dict[str, Any]]]]:
        """The reasons of each item in each answer, of which all are of one build."""
        vectors = self._index.vectors({item[self._items.id] for items in answers for item in items}, build)
        histories, knows = self._histories(users, build), self._encoder.knows(users)
        found = []
        for row, parts in enumerate(self._encoder.parts(users)):
            pairs = [(item["score"], vectors.get(item[self._items.id])) for item in answers[row]]
            if knows[row]:
                found.append(reasons(sources(users[row], parts, histories[row], self._encoder), pairs))
            else:  # the items are popular ones
                found.append([[Reason(EVERYONE, score)] for score, _ in pairs])
        titles = self._titles([each for lists in found for each in lists], build)
        return [[[named(each, titles).to_json() for each in own] for own in lists] for lists in found]

    def _histories(self, users: Sequence[User], build: str) -> list[list[Id]]:
        """The ids of the items that each user has interacted with."""
        if self._history is None:
            return [[] for _ in users]
        keys = [possible_ids(user.get(self._user_id)) for user in users]
        wanted = [key for each in keys for key in each]
        seen = dict(zip(wanted, self._history.get(wanted, build), strict=True)) if wanted else {}
        return [[item for key in each for item in seen[key]] for each in keys]

    def _titles(self, found: Sequence[Sequence[Reason]], build: str) -> dict[Id, str]:
        """The titles of all items among the reasons, by one read of the catalogue."""
        column = self._items.title
        ids = list({each.item_id: None for own in found for each in own if each.item_id is not None})
        if column is None or not ids:
            return {}
        facts = zip(ids, self._catalogue.get(ids, build), strict=True)
        return {key: str(each[column]) for key, each in facts if each and each.get(column) is not None}
