"""The search for the nearest rows: one call by Milvus' protocol, whose answer is read as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from towhee_recsys.stores.vectors.milvus.collection import NOW
from towhee_recsys.stores.vectors.milvus.errors import grpc_status
from towhee_recsys.stores.vectors.milvus.schema import ID, VECTOR, id_of
from towhee_recsys.stores.vectors.protocol import Found


@dataclass(frozen=True)
class Nearest:
    """The arguments of a search: how many rows, how the type of index is searched, and which rows may be found.

    Unless the `latest` are wanted, rows are found as the collection's own consistency has it.
    """

    limit: int
    settings: Mapping[str, Any]
    filter: str
    latest: bool = False

    @property
    def consistency(self) -> dict[str, Any]:
        """The argument of pymilvus for it, in a dict that pymilvus may change."""
        return dict(NOW) if self.latest else {}


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
        from towhee_recsys.stores.vectors.milvus.direct_search import search_directly

        return search_directly(client, collection, vectors, wanted, timeout)
    except Exception as error:
        if grpc_status(error) == "DEADLINE_EXCEEDED":
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
        **wanted.consistency,
    )
    return [list(zip(map(id_of, row.ids), row.distances, strict=True)) for row in found]
