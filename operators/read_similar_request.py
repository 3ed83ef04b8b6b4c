"""Requests for similar items, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from towhee import register


@register(name="towhee_recsys/read_similar_request")
class ReadSimilarRequest:
    """A request for similar items, or a list of them, to the items' records, their numbers and the checked request.

        .map("request", ("items", "counts", "leave_out", "request"), ops.towhee_recsys.read_similar_request(...))

    A request is an item's record, such as `{"movie_id": 260}`, or `{"items": [260, "Heat"], "top_k": 5, "offset": 0,
    "filter": {...}, "exclude": [ids], "only": [ids], "diversity": 0.3}`, where everything but `items` may be left out.
    Items are given by id, by title or as records. The result has the records of all items in one list, the number of
    items of each request, for `mean_vector`, the ids to leave out, those of the items among them, and the requests.

    Args:
        model_dir: The folder of the model.
        catalogue: The URL of the catalogue, which has the titles, and the facts of items that the model does not know.
        uri: A Milvus Lite file, which ends in .db, or a Milvus server.
        collection: The name of the index.
        access: The credentials of a server, {"token": ..., "timeout": 10}: the settings of `milvus.access`.
        top_k: How many items are returned where a request has no `top_k`.
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
        requests: Mapping[str, Any] | None = None,
    ):
        from towhee_recsys.bundle import load_bundle
        from towhee_recsys.requests import by_id, similar_request_reader

        bundle = load_bundle(model_dir)
        self._column = bundle.item_schema.id
        self._read = similar_request_reader(bundle, by_id(bundle), top_k, requests)

    def __call__(self, given: Any) -> tuple[Any, Any, Any, Any]:
        """The items' records, how many of them each request has, the ids to leave out and the requests."""
        if not isinstance(given, (list, tuple)):
            [items], [request] = self._all([given])
            return items, len(items), list(request.exclude), request
        items, requests = self._all(given)
        flat = [item for each in items for item in each]
        return flat, [len(each) for each in items], [list(each.exclude) for each in requests], requests

    def _all(self, given: Any) -> tuple[list[list[Any]], list[Any]]:
        read = [self._read(each) for each in given]
        items = [[self._record(item) for item in items] for items, _ in read]
        return items, [request for _, request in read]

    def _record(self, item: Any) -> Any:
        return {self._column: item} if isinstance(item, (int, str)) else item
