"""The search for the nearest rows: one call by Milvus' protocol, whose answer is read as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from towhee_recsys.stores.vectors.milvus.schema import ID, VECTOR, id_of
from towhee_recsys.stores.vectors.rows import Id

Found = list[tuple[Id, float]]
"""The ids and the inner products of the rows nearest to a query, best first."""


@dataclass(frozen=True)
class Nearest:
    """The arguments of a search: how many rows, how the type of index is searched, and which rows may be found."""

    limit: int
    settings: Mapping[str, Any]
    filter: str


def search_nearest(
    client: Any, collection: str, /, queries: np.ndarray, wanted: Nearest, timeout: float
) -> list[Found]:
    """The nearest rows of each query float32[n, dim], by the client's connection.

    `MilvusClient.search` makes several Python objects for each row that it finds: for a hundred rows that takes a third
    as long as the search. It is called where the direct call fails, for it repeats what can be repeated, and raises
    errors of its own.

    Raises:
        MilvusException: Milvus refuses the search.
        grpc.RpcError: Milvus gives no answer within `timeout` seconds, or cannot be reached.
    """
    vectors = [query.tobytes() for query in np.asarray(queries, dtype=np.float32)]  # numbers are packed one by one
    try:
        return _directly(client, collection, vectors, wanted, timeout)
    except Exception as error:
        if _is_late(error):
            raise
    found = client.search(
        collection,
        data=vectors,
        anns_field=VECTOR,
        limit=wanted.limit,
        output_fields=[ID],
        filter=wanted.filter,
        search_params={"metric_type": "IP", "params": dict(wanted.settings)},
        timeout=timeout,
    )
    return [_found(row.ids, row.distances) for row in found]


def _directly(client: Any, collection: str, vectors: list[bytes], wanted: Nearest, timeout: float) -> list[Found]:
    """By pymilvus' own stub, a private detail of its version 3, which pyproject.toml pins."""
    from pymilvus.client.call_context import _api_level_md
    from pymilvus.client.ts_utils import construct_guarantee_ts
    from pymilvus.client.utils import check_status
    from pymilvus.grpc_gen import common_pb2, milvus_pb2

    params = {"topk": wanted.limit, "metric_type": "IP", "anns_field": VECTOR, "round_decimal": -1}
    texts = {**params, "params": json.dumps(dict(wanted.settings))}
    query = common_pb2.PlaceholderValue(tag="$0", type=common_pb2.PlaceholderType.FloatVector, values=vectors)
    context, address = client._generate_call_context(), client._handler.server_address
    consistency: dict[str, Any] = {}
    by_default = construct_guarantee_ts(collection, consistency, address, context.get_db_name())  # finds own writes
    request = milvus_pb2.SearchRequest(
        collection_name=collection,
        dsl=wanted.filter,
        dsl_type=common_pb2.DslType.BoolExprV1,
        placeholder_group=common_pb2.PlaceholderGroup(placeholders=[query]).SerializeToString(),
        nq=len(vectors),
        search_params=[common_pb2.KeyValuePair(key=key, value=str(value)) for key, value in texts.items()],
        use_default_consistency=by_default,
        **consistency,
    )
    answer = client._handler._stub.Search(request, timeout=timeout, metadata=_api_level_md(context))
    check_status(answer.status)
    results = answer.results
    keys = results.ids.str_id.data if results.ids.HasField("str_id") else results.ids.int_id.data
    ends = np.cumsum([0, *results.topks]).tolist()
    return [_found(keys[start:end], results.scores[start:end]) for start, end in pairwise(ends)]


def _found(keys: Sequence[Id], scores: Sequence[float]) -> Found:
    return list(zip(map(id_of, keys) if keys and isinstance(keys[0], str) else keys, scores, strict=True))


def _is_late(error: Exception) -> bool:
    code = getattr(error, "code", None)
    return callable(code) and getattr(code(), "name", None) == "DEADLINE_EXCEEDED"
