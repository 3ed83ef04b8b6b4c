"""A switch by another process is noticed in half a second, and no search waits for the reading of it."""

from __future__ import annotations

import threading
import time

import pytest

from tests.stores.vectors.helpers import SharedStore, nearest
from towhee_recsys.stores.vectors import VectorIndex, open_store
from towhee_recsys.stores.vectors.versions import FRESH


class WatchedStore(SharedStore):
    """A shared store in memory that notes which threads read its records."""

    def __init__(self):
        super().__init__()
        self.readers = []

    def read_records(self, collection):
        self.readers.append(threading.current_thread())
        return super().read_records(collection)


def test_what_is_live_is_read_beside_the_searches(units, indexed):
    index = VectorIndex(WatchedStore(), "items")
    indexed(index, units(9))
    index.store.readers.clear()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        index.search(units(1), 1)
    beside = [reader for reader in index.store.readers if reader is not threading.current_thread()]
    assert len(beside) >= 2
    assert len(index.store.readers) - len(beside) <= len(beside), "a busy machine may be late now and then"


def test_a_store_of_one_process_is_not_read_again(index, units, indexed):
    if index.store.shared:
        pytest.skip("other processes write to it")
    indexed(index, units(9))
    other = VectorIndex(index.store, index.collection)
    assert nearest(other, units(9)) == list(range(9))
    indexed(index, units(9), range(100, 109))
    assert nearest(other, units(9)) == list(range(9))
    assert nearest(index, units(9)) == list(range(100, 109))


@pytest.fixture(params=["memory", pytest.param("server", marks=[pytest.mark.slow, pytest.mark.milvus])])
def shared(request):
    """A store that several processes write to."""
    return SharedStore() if request.param == "memory" else open_store(request.getfixturevalue("milvus_server").url)


def test_a_switch_by_another_is_noticed(shared, units, indexed):
    index, other = VectorIndex(shared, "noticed"), VectorIndex(shared, "noticed")
    indexed(index, units(9))
    assert nearest(other, units(9)) == list(range(9))
    indexed(index, units(9), range(100, 109))
    time.sleep(FRESH)
    assert nearest(other, units(9)) == list(range(100, 109))
