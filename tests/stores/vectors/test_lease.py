"""Processes that build in one index of a shared store: one after the other."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest

from tests.stores.vectors.helpers import SharedStore
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors import (
    VectorIndex,
    builds,
    gc,
    insert,
    insert_live,
    publish,
    release_build,
    resume_build,
    start_build,
)
from towhee_recsys.stores.vectors.lease import Lease
from towhee_recsys.stores.vectors.memory import MemoryStore

MODEL = "a" * 16


@pytest.fixture
def store():
    return SharedStore()


def index_in(store, seconds=60.0):
    """The index as another process has it: an object of its own has a lease of its own."""
    index = VectorIndex(store, "items")
    index.lease = index.locks._lease = Lease(store, "items", seconds)
    return index


def leases(store):
    return [record for record in store._records if record["collection"] == "items__lease"]


def refused(call, *arguments):
    with pytest.raises(StoreError) as raised:
        call(*arguments)
    return str(raised.value)


def test_a_second_process_is_refused_until_the_first_has_published(store, units, indexed):
    first, second = index_in(store), index_in(store)
    build = start_build(first, MODEL, 8)
    receipt = insert(first, build, range(5), units(5))
    for call in (lambda: start_build(second, MODEL, 8), lambda: indexed(second, units(6)), lambda: gc(second)):
        message = refused(call)
        for fact in (store.where, f"process {os.getpid()} on {socket.gethostname()}", "'items'", "index again"):
            assert fact in message
        assert len(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", message)) == 2
    assert [each.name for each in builds(second)] == [build]
    assert publish(first, [receipt]).build == build
    assert not leases(store)
    assert indexed(second, units(6)).rows == 6


def test_the_first_is_not_resumed_while_it_works_but_when_it_has_given_up(store, units):
    first, second = index_in(store), index_in(store)
    build = start_build(first, MODEL, 8)
    insert(first, build, range(5), units(5))
    os.unlink(first.locks.writer(build).lock.lock_file)  # as on another machine, where there is no such file
    assert "'items'" in refused(resume_build, second, MODEL, 8)
    release_build(first, build)
    assert resume_build(second, MODEL, 8) == build


def test_what_is_live_can_be_changed_meanwhile(store, units, indexed):
    first, second = index_in(store), index_in(store)
    indexed(first, units(5))
    start_build(first, MODEL, 8)
    insert_live(second, [7], units(1, seed=7))
    assert second.live().rows == 6


def test_one_process_may_fill_several_builds_and_releases_the_lease_with_the_last(store, units):
    index, other = index_in(store), index_in(store)
    made = [start_build(index, MODEL, 8) for _ in range(2)]
    assert len(leases(store)) == 1
    release_build(index, made[0])
    assert "'items'" in refused(start_build, other, MODEL, 8)
    release_build(index, made[1])
    assert not leases(store)
    assert start_build(other, MODEL, 8)


def test_two_collections_have_two_leases(store):
    assert start_build(index_in(store), MODEL, 8)
    assert start_build(VectorIndex(store, "others"), MODEL, 8)


def test_a_store_of_one_process_has_no_leases(units):
    store = MemoryStore()
    assert start_build(VectorIndex(store, "items"), MODEL, 8)
    assert not leases(store)


def test_a_lease_is_renewed_while_it_is_needed(store):
    lease, other = Lease(store, "items", seconds=8), Lease(store, "items")
    lease.hold("a build")
    expires, end = leases(store)[0]["expires"], time.monotonic() + 60
    while leases(store)[0]["expires"] == expires and time.monotonic() < end:
        time.sleep(0.05)
    assert leases(store)[0]["expires"] > expires
    assert "'items'" in refused(other.hold, "another")
    lease.release("a build")
    with other.held("another"):
        assert len(leases(store)) == 1


def expired(store, owner):
    """The lease of a process of another machine, which it no longer renews."""
    record = {"collection": "items__lease", "build": f"items__lease_{owner}", "owner": owner}
    store.write_record({**record, "host": "elsewhere", "process": 1, "since": 0.0, "expires": time.time() - 1})


@pytest.mark.parametrize("owner", ["0" * 16, "../../x", ""])
def test_an_expired_lease_is_taken_over(store, owner):
    expired(store, owner)
    lease = Lease(store, "items")
    with lease.held("a build"):
        assert [each["process"] for each in leases(store)] == [os.getpid()]


def test_a_process_that_lost_its_lease_does_not_publish(store, units):
    index = index_in(store)
    receipt = insert(index, start_build(index, MODEL, 8), range(5), units(5))
    store.forget_records({each["build"] for each in leases(store)})  # as the process does that takes over
    message = refused(publish, index, [receipt])
    for fact in ("lost its lease", "'items'", "The live index is as it was", "index again"):
        assert fact in message
    assert index.versions(newest=True).live is None
    release_build(index, receipt.build)
    assert publish(index, [receipt]).rows == 5


def test_of_many_that_begin_at_once_at_most_one_has_it_and_one_gets_it(store):
    for _ in range(5):
        waiting = [Lease(store, "items") for _ in range(6)]

        def hold(lease):
            with suppress(StoreError):
                lease.hold("a build")
                return lease

        with ThreadPoolExecutor(6) as pool:
            holders = [lease for lease in pool.map(hold, waiting) if lease]
        assert len(holders) == 1
        holders[0].release("a build")
        assert not leases(store)


KILLED = """
import json, sys, time
from tests.stores.vectors.helpers import SharedStore
from towhee_recsys.stores.vectors.lease import Lease
store = SharedStore()
Lease(store, "items").hold("a build")
print(json.dumps(store._records), flush=True)
time.sleep(60)
"""


@contextmanager
def another_process(store):
    """A process of this machine that has the lease, and is killed at the end of the block."""
    with subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True) as process:
        [record] = json.loads(process.stdout.readline())
        store.write_record(record)
        yield process
        process.send_signal(signal.SIGKILL)


def test_that_of_a_process_of_this_machine_ends_with_it(store):
    lease = Lease(store, "items")
    with another_process(store) as process:
        assert f"process {process.pid}" in refused(lease.hold, "a build")
    with lease.held("a build"):
        assert [each["process"] for each in leases(store)] == [os.getpid()]


class FailingStore(SharedStore):
    """A store that forgets nothing while it fails."""

    fails = True

    def forget_records(self, builds):
        if self.fails:
            raise StoreError("out of order")
        super().forget_records(builds)


def test_a_record_that_could_not_be_removed_is_taken_over_later():
    store = FailingStore()
    released, lease = Lease(store, "items"), Lease(store, "items")
    with released.held("a build"):
        pass
    with another_process(store):
        pass
    assert "out of order" in refused(lease.hold, "a build")
    assert len(leases(store)) == 3
    store.fails = False
    with lease.held("a build"):
        assert [each["process"] for each in leases(store)] == [os.getpid()]
