"""Requests for recommendations, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register

from towhee_recsys.requests import read_each
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import open_index


@register(name="towhee_recsys/read_request")
class ReadRequest:
    """A request, or a list of them, to the user's record and the checked request.

        .map("request", ("user", "request"), ops.towhee_recsys.read_request(model_dir=..., catalogue=..., ...))

    A request is a user's record, such as `{"age": 25}`, or `{"user": {"age": 25}, "top_k": 5, "offset": 0, "filter":
    {...}, "exclude": [ids], "only": [ids], "include_seen": false, "diversity": 0.3, "explain": true}`, where everything
    but `user` may be left out. Items in a record's `liked` and `disliked` are given by id or by title, and become ids.

    Args:
        model_dir: The folder of the model.
        catalogue: The URL of the catalogue, which has the titles.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.
        top_k: How many items are recommended where a request has no `top_k`.
        include_seen: Whether seen items may be recommended where a request has no `include_seen`.
        requests: What requests may contain, and their defaults: the settings of `requests`.

    Raises:
        BundleError: there is no model in `model_dir` that can be used; when the operator is built.
        IndexMismatchError: no build is of this model.
        QueryError: a field is unknown, not allowed or has a value that is not accepted; when it is called.
        StoreError: a store fails.
    """

    def __init__(
        self,
        model_dir: str,
        catalogue: str,
        uri: str,
        collection: str,
        access: Mapping[str, Any] | None = None,
        top_k: int = 10,
        include_seen: bool = False,
        requests: Mapping[str, Any] | None = None,
    ):
        from towhee_recsys.bundle import load_bundle
        from towhee_recsys.requests import item_finder, user_request_reader

        bundle = load_bundle(model_dir)
        find = item_finder(bundle, open_catalogue(catalogue), open_index(uri, collection, access, create=False))
        self._read = user_request_reader(bundle, find, top_k, include_seen, requests)

    def __call__(self, given: Any) -> tuple[Any, Any]:
        """The users' records and the requests: a record and a `Request`, or lists of them."""
        if not isinstance(given, (list, tuple)):
            return self._read(given)
        read = read_each(self._read, given)
        return [user for user, _ in read], [request for _, request in read]
