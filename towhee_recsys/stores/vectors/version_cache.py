"""Which builds an index has, as it was read last: a search does not ask for it anew."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from towhee_recsys.errors import RecsysError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.versions import Versions, read_versions

FRESH = 0.5
"""Seconds for which is believed what was read of a server: another process may have switched since."""


class LastRead:
    """The versions of `collection`; `changed` is called when they are others than before. Any thread may ask."""

    def __init__(self, milvus: Milvus, collection: str, changed: Callable[[], None]):
        self._milvus, self._collection, self._changed = milvus, collection, changed
        self._read: tuple[float, Versions] | None = None
        self._comparing, self._beside = threading.Lock(), threading.Lock()

    def versions(self, newest: bool) -> Versions:
        """The live build and those that are kept; on a server as they are now, or were half a second ago."""
        read = self._read
        if read is None or newest:
            return self._now()
        age = 0 if self._milvus.lite else time.monotonic() - read[0]  # a file has no other writer
        if age > FRESH / 2 and self._beside.acquire(blocking=False):
            threading.Thread(target=self._read_beside, daemon=True).start()
        return read[1] if age < FRESH else self._now()

    def _now(self) -> Versions:
        now = time.monotonic()
        versions = read_versions(self._milvus, self._collection)
        with self._comparing:
            if self._read is None or self._read[0] <= now:  # else somebody has read later than this was
                if self._read and self._read[1] != versions:
                    self._changed()
                self._read = (now, versions)
            return self._read[1]

    def _read_beside(self) -> None:
        """Reads in time what searches would have to wait for; whoever has to, is told what is wrong."""
        try:
            with suppress(RecsysError):
                self._now()
        finally:
            self._beside.release()
