"""A switch by another process is noticed in half a second, and no search waits for the reading of it."""

from __future__ import annotations

import threading
import time

from towhee_recsys.stores.vectors import ItemIndex
from towhee_recsys.stores.vectors import version_cache as last_read


def test_what_is_live_is_read_beside_the_searches(index, units, indexed, monkeypatch):
    indexed(index, units(9))
    readers = []

    def read(milvus, collection):
        readers.append(threading.current_thread())
        return read_versions(milvus, collection)

    read_versions = last_read.read_versions
    monkeypatch.setattr(last_read, "read_versions", read)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        index.search(units(1), 1)
    beside = [reader for reader in readers if reader is not threading.current_thread()]
    assert len(beside) >= (0 if index.milvus.lite else 2)
    assert len(readers) - len(beside) <= len(beside), "a busy machine may be late now and then"


def test_a_switch_by_another_is_noticed(index, units, indexed):
    indexed(index, units(9))
    other = ItemIndex(index.milvus, index.collection)
    assert [hits[0]["movie_id"] for hits in other.search(units(9), 1)] == list(range(9))
    indexed(index, units(9), range(100, 109))
    if not index.milvus.lite:  # of a file there is one index a process, and no other process
        time.sleep(last_read.FRESH)
        assert [hits[0]["movie_id"] for hits in other.search(units(9), 1)] == list(range(100, 109))
