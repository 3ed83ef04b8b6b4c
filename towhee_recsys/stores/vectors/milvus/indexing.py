"""Waiting for a server that indexes the rows of a collection."""

from __future__ import annotations

import time
from typing import Any

from towhee_recsys.config.milvus import ServerConfig
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.options import loading_options
from towhee_recsys.stores.vectors.milvus.schema import VECTOR

PAUSE, PATIENCE = 0.5, 3600.0
"""Seconds between two looks, and the most seconds without progress: one graph of a million rows takes 1,500."""


def wait_until_indexed(milvus: Milvus, name: str, rows: int, server: ServerConfig) -> None:
    """Waits until all `rows` are in the index, and loads the collection anew, as `server` says: searches use the index.

    Without that, rows stay in segments whose searches compare all of them for a while. Raises StoreError.
    """
    doing = f"indexing {name}"
    seen, since = None, time.monotonic()
    while not _complete(state := _index_state(milvus, name, doing), rows):
        if state != seen:
            seen, since = state, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise StoreError(
                f"Milvus at {milvus.where} has indexed {state[0]:,} of {rows:,} rows of {name}, and none in the last "
                "hour. Look at its log; then index again, which continues with this build."
            )
        time.sleep(PAUSE)
    milvus.call(doing, "release_collection", name)
    milvus.call(doing, "load_collection", name, _async=True, **loading_options(server))
    while (loaded := _load_state(milvus, name, doing)) != "Loaded":
        if time.monotonic() - since > PATIENCE:
            raise StoreError(
                f"Milvus at {milvus.where} does not load {name}: its state is {loaded!r}. Look at its log."
            )
        time.sleep(PAUSE)


def _index_state(milvus: Milvus, name: str, doing: str) -> tuple[int, int]:
    """The rows that are indexed, and those that wait."""
    index = milvus.call(doing, "list_indexes", name, field_name=VECTOR)[0]
    state: Any = milvus.call(doing, "describe_index", name, index_name=index)
    return int(state["indexed_rows"]), int(state["pending_index_rows"])


def _complete(state: tuple[int, int], rows: int) -> bool:
    indexed, waiting = state
    return indexed >= rows and not waiting


def _load_state(milvus: Milvus, name: str, doing: str) -> str:
    state: Any = milvus.call(doing, "get_load_state", name)["state"]
    return str(state.name)
