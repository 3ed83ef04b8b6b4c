"""A search by pymilvus' own stub, a private detail of its version 3, which pyproject.toml pins.

Imported when it is needed: this module imports pymilvus, which takes long.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from typing import Any

from pymilvus.client.call_context import _api_level_md
from pymilvus.client.ts_utils import construct_guarantee_ts
from pymilvus.client.utils import check_status
from pymilvus.grpc_gen.common_pb2 import DslType, KeyValuePair, PlaceholderGroup, PlaceholderType, PlaceholderValue
from pymilvus.grpc_gen.milvus_pb2 import SearchRequest

from towhee_recsys.stores.vectors.milvus.nearest import Nearest
from towhee_recsys.stores.vectors.milvus.schema import VECTOR, id_of
from towhee_recsys.stores.vectors.protocol import Found

FLOAT_VECTOR, EXPRESSION = PlaceholderType.FloatVector, DslType.BoolExprV1


def search_directly(client: Any, collection: str, vectors: list[bytes], wanted: Nearest, timeout: float) -> list[Found]:
    """The nearest rows of each vector, which is given as the bytes of its float32 numbers. Raises what gRPC raises."""
    queries = PlaceholderGroup(placeholders=[PlaceholderValue(tag="$0", type=FLOAT_VECTOR, values=vectors)])
    context, address = client._generate_call_context(), client._handler.server_address
    consistency = wanted.consistency
    by_default = construct_guarantee_ts(collection, consistency, address, context.get_db_name())  # finds own writes
    request = SearchRequest(
        collection_name=collection,
        dsl=wanted.filter,
        dsl_type=EXPRESSION,
        placeholder_group=queries.SerializeToString(),
        nq=len(vectors),
        search_params=_params(wanted.limit, tuple(wanted.settings.items())),
        use_default_consistency=by_default,
        **consistency,
    )
    answer = client._handler._stub.Search(request, timeout=timeout, metadata=_api_level_md(context))
    check_status(answer.status)
    results = answer.results
    keys = map(id_of, results.ids.str_id.data) if results.ids.HasField("str_id") else results.ids.int_id.data
    rows = zip(keys, results.scores, strict=True)
    return [list(islice(rows, count)) for count in results.topks]


@lru_cache(maxsize=64)  # there are few limits, and each request would make them again
def _params(limit: int, settings: tuple[tuple[str, Any], ...]) -> list[KeyValuePair]:
    texts = {"topk": limit, "metric_type": "IP", "anns_field": VECTOR, "round_decimal": -1}
    texts |= {"params": json.dumps(dict(settings))}
    return [KeyValuePair(key=key, value=str(value)) for key, value in texts.items()]
