"""Requests for similar items, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.requests import read_each
from towhee_recsys.requests.similar import ITEMS
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.vectors import open_index


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
        from towhee_recsys.requests import ItemRecords, item_finder, similar_request_reader

        bundle = load_bundle(model_dir)
        stores = open_catalogue(catalogue), open_index(uri, collection, access, create=False)
        self._records = ItemRecords(bundle, *stores)
        self._read = similar_request_reader(bundle, item_finder(bundle, *stores), top_k, requests)

    def __call__(self, given: Any) -> tuple[Any, Any, Any, Any]:
        """The items' records, how many of them each request has, the ids to leave out and the requests."""
        if not isinstance(given, (list, tuple)):
            items, request = self._read(given)
            return self._as_records(items), len(items), list(request.exclude), request
        read = read_each(self._read, given)
        items = self._as_records([item for items, _ in read for item in items])
        requests = [request for _, request in read]
        return items, [len(items) for items, _ in read], [list(each.exclude) for each in requests], requests

    def _as_records(self, items: Sequence[Any]) -> list[Any]:
        """The items, those that are ids as records; anything else is left for the encoder to refuse."""
        records = iter(self._records.of([item for item in items if isinstance(item, (int, str))], ITEMS))
        return [next(records) if isinstance(item, (int, str)) else item for item in items]
