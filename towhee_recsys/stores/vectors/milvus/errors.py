"""Errors of Milvus and of the connection to it as our own, with the activity and what to do next."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from towhee_recsys.errors import StoreError

if TYPE_CHECKING:
    from towhee_recsys.stores.vectors.milvus.connection import Milvus

NOT_LOADED = 101
"""The code of a collection that is there, but not in the server's memory."""

NO_COLLECTION, NO_INDEX = 100, 700
"""The codes of a collection that is not there, and of one that has no index: a server reads no rows of it."""

_JARGON = re.compile(r"(\[\w+\] Retry timeout: [\d.]+s, (StatusCode\.\w+, )?(message=)?)+")
"""What pymilvus puts before the cause when it has tried several times."""


@contextmanager
def milvus_errors(doing: str, milvus: Milvus) -> Iterator[None]:
    """Turns errors of Milvus or its transport into a StoreError that names the activity and the place."""
    began = time.monotonic()
    try:
        with without_their_log():
            yield
    except Exception as error:
        if not _is_theirs(error):
            raise
        raise StoreError(_sentence(doing, milvus, error, time.monotonic() - began)) from error


def _is_theirs(error: Exception) -> bool:
    import grpc
    from pymilvus import MilvusException

    return isinstance(error, (MilvusException, grpc.RpcError))


def of_a_fork(error: Exception) -> bool:
    """Whether gRPC refused to use a connection of before a fork, which it sometimes keeps in the child."""
    return "file descriptor generation" in str(error)


def not_loaded(error: Exception) -> bool:
    """Whether a server reports that it has not loaded the collection; it forgets that at a restart."""
    return getattr(error, "code", None) == NOT_LOADED or "collection not loaded" in str(error)


def grpc_status(error: BaseException | None) -> str | None:
    """gRPC's name for how a call failed, such as "UNAVAILABLE"; None where `error` has none."""
    code = getattr(error, "code", None)
    return getattr(code(), "name", None) if callable(code) else None


def unfinished(error: StoreError) -> bool:
    """Whether a server reports that a collection is not there, or has no index: it has no rows then.

    So it is while another process creates or drops it, and for good where that process is killed in between.
    """
    origin = error.__cause__
    return getattr(origin, "code", None) in (NO_COLLECTION, NO_INDEX) or "index not found" in str(origin)


def cause(error: BaseException) -> str:
    """The first line of the message of `error`."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = getattr(error, "message", None) or (error.details() if hasattr(error, "details") else str(error))
    first = str(text).strip().split("\n")[0]
    return _JARGON.sub("", first).partition(", channel_state=")[0] or type(error).__name__


def _sentence(doing: str, milvus: Milvus, error: Exception, waited: float) -> str:
    if waited >= milvus.timeout:
        return (
            f"Milvus at {milvus.where} gave no answer at {doing} within {milvus.timeout:g} seconds: {cause(error)}. "
            "Check that it is up and how busy it is, or raise milvus.access.timeout."
        )
    return f"Milvus at {milvus.where} failed at {doing}: {cause(error)}"


class _Quiet(logging.Filter):
    """Keeps out of the log what pymilvus logs of errors within our calls: they are raised as our own errors."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        return not getattr(self.calls, "depth", 0)

    def __enter__(self) -> None:
        self.calls.depth = getattr(self.calls, "depth", 0) + 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.calls.depth -= 1


_quiet = _Quiet()
for _name in ("pymilvus.decorators", "pymilvus.client.connection_manager"):
    logging.getLogger(_name).addFilter(_quiet)


def without_their_log() -> AbstractContextManager[None]:
    """Within its block, pymilvus' log records of this thread's calls are dropped."""
    return _quiet
