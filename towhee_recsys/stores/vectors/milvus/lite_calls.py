"""Calls to a Milvus Lite file: its service is restarted when it has ended, and each kind of failure is recognized."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Method, Milvus
from towhee_recsys.stores.vectors.milvus.errors import grpc_status
from towhee_recsys.stores.vectors.milvus.lite_faults import DAMAGED, FileError, fault_in, fault_without_log, is_stopped
from towhee_recsys.stores.vectors.milvus.lite_file import LiteFile, Running
from towhee_recsys.stores.vectors.milvus.lite_service import how_ended

_WRITES = {"create_collection", "create_index", "delete", "drop_collection", "insert", "load_collection", "upsert"}

_REPEATED: dict[Method, Method] = {"insert": "upsert"}
"""What a call is repeated as: rows of an insert may be there already. All other calls can be repeated as they are."""

_ATTEMPTS = 5
"""How often a call is made at most, when other threads end the service meanwhile, as after a failed write."""

_MOMENT = 0.5
"""Seconds in which a service whose connection broke is seen to have ended."""


class LiteMilvus(Milvus):
    """A Milvus Lite file that is open. Each call has its deadline, and each failure is a StoreError with a cure.

    A service that has ended is started again, once, and the call repeated. After a failed write the service is ended,
    for it answers from memory what it could not write; the next call starts it again, from the file.
    """

    def __init__(self, file: LiteFile, timeout: float, where: str):
        self.file, self.timeout, self.where = file, timeout, where

    @property
    def client(self) -> Any:
        """The client on the service that runs. Raises StoreError."""
        return self.file.running().client

    def _call(self, doing: str, method: Method, collection: str | None, arguments: Mapping[str, Any]) -> Any:
        ended = 0
        try:
            running = self.file.running()
            for _ in range(_ATTEMPTS):
                try:
                    return self._checked(running, doing, method, collection, arguments)
                except _EndedError as error:
                    ended, why = ended + self.file.is_current(running), str(error)
                    if ended == 2:
                        break
                    running, method = self.file.restarted(running), _REPEATED.get(method, method)
        except FileError as error:
            raise StoreError(f"Milvus at {self.where} failed at {doing}: {error}.") from error.__cause__
        raise StoreError(
            f"Milvus at {self.where} failed at {doing}: its service was started again, and ended again ({why}). It may "
            "lack memory, or this call ends it: free memory, or name a Milvus server in milvus.uri."
        )

    def _checked(
        self, running: Running, doing: str, method: Method, collection: str | None, arguments: Mapping[str, Any]
    ) -> Any:
        """What the call returns. Raises StoreError, FileError for what is wrong with the file, or _EndedError."""
        start, failure, result = running.log_size(), None, None
        try:
            result = self._called(running.client, doing, method, collection, arguments)
        except StoreError as error:
            failure = error
            self._must_run(running, error)
        found = self._fault(running, start, failure, method in _WRITES)
        if method in _WRITES and (found or (failure and not _is_late(failure))):
            self.file.end(running)
        if found:
            raise FileError(found) from failure
        if failure:
            raise failure
        return result

    def _fault(self, running: Running, start: int, failure: StoreError | None, writes: bool) -> str | None:
        """What is wrong with the file, by the log after its first `start` bytes, or by how the call failed."""
        if running.log_size() > start:
            found = fault_in(running.logged(start), self.file.path, running.identity)
            if found and (writes or found == DAMAGED):
                return found
        if writes and failure and grpc_status(failure.__cause__) == "UNKNOWN":
            return fault_without_log(self.file.path, running.identity)
        return None

    def _must_run(self, running: Running, error: StoreError) -> None:
        """Raises _EndedError where the service has ended, and FileError where it is stopped."""
        if _is_late(error):
            if running.service and is_stopped(running.service.pid()):
                raise FileError(
                    f"its service, process {running.service.pid()}, is stopped, and gave no answer within "
                    f"{self.timeout:g} seconds. Let it continue with `kill -CONT {running.service.pid()}`, or end it "
                    f"with `kill -KILL {running.service.pid()}`: the next call starts it again"
                ) from error
            return
        end = time.monotonic() + (_MOMENT if _is_broken(error) else 0)
        while not running.has_ended() and self.file.is_current(running) and time.monotonic() < end:
            time.sleep(0.01)
        if running.has_ended() or not self.file.is_current(running):
            raise _EndedError(how_ended(running.service and running.service.exit_code())) from error


class _EndedError(Exception):
    """The service has ended."""


def _is_late(error: StoreError) -> bool:
    return grpc_status(error.__cause__) == "DEADLINE_EXCEEDED"


def _is_broken(error: StoreError) -> bool:
    return grpc_status(error.__cause__) in ("UNAVAILABLE", "CANCELLED")
