"""One Milvus, a file or a server: its client, and how it is called."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.errors import milvus_errors, not_loaded, of_a_fork
from towhee_recsys.support.forks import Calls, interruption

Method = str | Callable[..., Any]
"""The name of a method of pymilvus' client, or a function that takes the client first."""

_calls = Calls()


@dataclass(eq=False)
class Milvus:
    """A connected Milvus Lite file or Milvus server, one object a process and way of access.

    Everything goes through `call`, so that each call has its deadline and each failure is a StoreError.
    """

    client: Any = field(repr=False)
    timeout: float
    """Seconds that one call may take."""
    where: str
    """Its address as the user wrote it, without passwords: for messages."""

    def call(self, doing: str, method: Method, collection: str | None = None, /, **arguments: Any) -> Any:
        """What the client's `method`, or a function of the client, returns for `collection`.

        `doing` is the activity that messages name.

            milvus.call("counting the rows of items", "query", "items", output_fields=["count(*)"])

        A server forgets at a restart what it had loaded: then the collection is loaded, and the call made once more.
        Raises StoreError when Milvus or the way to it fails, and when `timeout` has passed.
        """
        with no_fork(self.where):
            return self._call(doing, method, collection, arguments)

    def _call(self, doing: str, method: Method, collection: str | None, arguments: Mapping[str, Any]) -> Any:
        return self._called(self.client, doing, method, collection, arguments)

    def _called(
        self, client: Any, doing: str, method: Method, collection: str | None, arguments: Mapping[str, Any]
    ) -> Any:
        named, end = () if collection is None else (collection,), time.monotonic() + self.timeout
        method_ = getattr(client, method) if isinstance(method, str) else partial(method, client)
        with milvus_errors(doing, self):
            try:
                return method_(*named, **arguments, timeout=self.timeout)
            except Exception as error:
                if of_a_fork(error):  # nothing was sent; the next call opens a connection of this process
                    return method_(*named, **arguments, timeout=_left(end))
                if collection is None or not not_loaded(error):
                    raise
            client.load_collection(collection, timeout=_left(end))
            return method_(*named, **arguments, timeout=_left(end))


def no_fork(where: str) -> AbstractContextManager[None]:
    """Within its block no other thread forks, for gRPC would hang in the child.

    Raises:
        StoreError: this process is such a child.
    """
    if _calls.interrupted:
        raise StoreError(f"Milvus at {where} cannot be called: {interruption()}.")
    return _calls


def without_sparse() -> None:
    """Spares pymilvus the import of scipy.sparse, with which it would check whether each of our lists is a matrix.

    Called when pymilvus has been imported; a private detail of its version 3, which pyproject.toml pins.
    """
    from pymilvus.client.utils import SciPyHelper

    SciPyHelper._checked = True


def _left(end: float) -> float:
    """Seconds until `end`; a moment at least, for none would be no limit."""
    return max(end - time.monotonic(), 0.01)
