"""One Milvus, a file or a server: its client, and how it is asked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from towhee_recsys.stores.vectors.milvus.errors import milvus_errors, not_loaded


@dataclass(frozen=True, eq=False)
class Milvus:
    """A connected Milvus Lite file or Milvus server, one object a process and way of access; `connect` makes it.

    Every question goes through `call`, so that each has its deadline and each failure is a StoreError.
    """

    client: Any = field(repr=False)
    timeout: float
    """Seconds that one call may take."""
    lite: bool
    """Whether this is a Milvus Lite file: it has no alias, and fewer types of index."""
    where: str
    """Its address as the user wrote it, without passwords: for messages."""

    def call(self, doing: str, method: str, collection: str | None = None, /, **arguments: Any) -> Any:
        """What the client's `method` answers about `collection`; `doing` says in messages what was being done.

            milvus.call("counting the rows of items", "query", "items", output_fields=["count(*)"])

        A server forgets at a restart what it had loaded: then the collection is loaded, and the call made once more.
        Raises StoreError for whatever Milvus or the way to it refuses, and when `timeout` has passed.
        """
        named, end = () if collection is None else (collection,), time.monotonic() + self.timeout
        ask = getattr(self.client, method)
        with milvus_errors(doing, self):
            try:
                return ask(*named, **arguments, timeout=self.timeout)
            except Exception as error:
                if collection is None or not not_loaded(error):
                    raise
            self.client.load_collection(collection, timeout=_left(end))
            return ask(*named, **arguments, timeout=_left(end))


def without_sparse() -> None:
    """Spares pymilvus the import of scipy.sparse, with which it would ask of each of our lists whether it is a matrix.

    Called when pymilvus has been imported; a private detail of its version 3, which pyproject.toml pins.
    """
    from pymilvus.client.utils import SciPyHelper

    SciPyHelper._checked = True


def _left(end: float) -> float:
    """Seconds until `end`; a moment at least, for none would be no limit."""
    return max(end - time.monotonic(), 0.01)
