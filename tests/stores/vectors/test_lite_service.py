"""The service behind a Milvus Lite file: killed, killed again, stopped, used from many threads and after a fork."""

from __future__ import annotations

import gc
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from tests.stores.vectors.helpers import rows
from tests.stores.vectors.lite import DIM, ROWS, failure, filled, kill, run, service, vectors
from towhee_recsys.stores.vectors import Layout, open_store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Milvus Lite 3 has no service")

NEW = rows(range(ROWS, ROWS + 40), vectors(40, seed=1))
CALLS = {
    "search": lambda store: [[key for key, _ in hits] for hits in store.search("b", vectors(3), 2)],
    "rows": lambda store: store.rows("b", range(ROWS)).vectors.tolist(),
    "ids": lambda store: sorted(store.ids("b").tolist()),
    "describe": lambda store: store.describe("b").dim,
    "append": lambda store: [store.append("b", NEW), store.count("b")],
    "upsert": lambda store: [store.upsert("b", NEW), store.upsert("b", NEW), store.count("b")],
    "delete": lambda store: [store.delete("b", range(7)), store.count("b")],
    "create": lambda store: [store.create("new", Layout(DIM)), store.exists("new"), store.count("new")],
    "drop": lambda store: [store.drop("b"), store.names()],
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_that_finds_it_killed_is_answered(tmp_path, name):
    undisturbed, store = filled(tmp_path / "a.db"), filled(tmp_path / "b.db")
    killed = kill(store)
    assert CALLS[name](store) == CALLS[name](undisturbed)
    assert service(store) != killed
    for each in (undisturbed, store):
        each.milvus.file.close()


def wait_until_each_grows(lists: list[list[int]]) -> None:
    """Waits until each thread has had two more answers: a call that two kills hit is refused."""
    before, end = [len(each) for each in lists], time.monotonic() + 60
    while any(len(each) < old + 2 for each, old in zip(lists, before, strict=True)) and time.monotonic() < end:
        time.sleep(0.01)


@pytest.mark.parametrize("times", [1, 3])
def test_threads_that_find_it_killed_share_one_new_service(tmp_path, times):
    store, stop = filled(tmp_path / "items.db"), Event()
    services: list[list[int]] = [[] for _ in range(8)]

    def ask(thread: int) -> None:
        while not stop.is_set():
            assert [hits[0][0] for hits in store.search("b", vectors(ROWS), 1)] == expected
            services[thread].append(service(store))

    expected = [hits[0][0] for hits in store.search("b", vectors(ROWS), 1)]
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(ask, thread) for thread in range(8)]
        for _ in range(times):
            wait_until_each_grows(services)
            kill(store)
        wait_until_each_grows(services)
        stop.set()
        for each in asking:
            each.result()
    assert len({each for seen in services for each in seen}) == times + 1


def test_writes_that_were_acknowledged_are_there_though_it_is_killed_again_and_again(tmp_path):
    store, stop = filled(tmp_path / "items.db"), Event()
    written: list[list[int]] = [[] for _ in range(4)]

    def write(thread: int) -> None:
        while not stop.is_set():
            key = 1000 * (thread + 1) + len(written[thread])
            (store.append if thread % 2 else store.upsert)("b", rows([key], vectors(1, key)))
            written[thread].append(key)

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, thread) for thread in range(4)]
        for _ in range(4):
            wait_until_each_grows(written)
            kill(store)
        wait_until_each_grows(written)
        stop.set()
        for each in writing:
            each.result()
    keys = sorted(key for each in written for key in each)
    store.milvus.file.close()
    held = store.rows("b", keys)  # of a new service, and so of the file
    order = np.argsort(held.ids)
    assert held.ids[order].tolist() == keys, "lost, or there twice"
    assert np.allclose(held.vectors[order], np.concatenate([vectors(1, key) for key in keys]))


def test_a_call_that_ends_it_each_time_is_refused_with_a_cure_and_the_next_is_answered(tmp_path):
    """Milvus Lite ends at a filter over a column that is called as a function."""
    store = filled(tmp_path / "items.db")
    message = failure(
        lambda: store.milvus.call("asking", "query", "b", filter="array_length > 1", output_fields=["id"])
    )
    for fact in (store.where, "asking", "ended again (killed by SIGSEGV)", "free memory", "milvus.uri"):
        assert fact in message
    assert store.count("b") == ROWS


def test_one_that_has_ended_leaves_the_home_of_the_next_alone(tmp_path):
    store = filled(tmp_path / "items.db")
    ended = store.milvus.file.running().service
    kill(store)
    store.upsert("b", NEW)
    before = list((tmp_path / ".items.db.homes").glob("*/.cache/milvus"))
    del ended
    gc.collect()
    assert before
    assert all(home.exists() for home in before)
    store.milvus.file.close()


def test_a_stopped_one_is_named_with_the_cure_by_the_deadline(tmp_path):
    store = filled(tmp_path / "items.db", {"timeout": 1})
    pid = kill(store, signal.SIGSTOP)
    began = time.monotonic()
    message = failure(store.count, "b")
    assert time.monotonic() - began < 3
    for fact in (store.where, f"process {pid}, is stopped", "within 1 seconds", f"`kill -CONT {pid}`"):
        assert fact in message
    os.kill(pid, signal.SIGCONT)
    assert store.count("b") == ROWS
    kill(store, signal.SIGSTOP)
    kill(store)
    assert store.count("b") == ROWS, "it was ended as the message says"


FORK = """
import faulthandler, os, sys, threading
from tests.stores.vectors.lite import filled, vectors
from pathlib import Path
store, queries = filled(Path(sys.argv[1])), vectors(20)
expected = store.search("b", queries, 5)
stop = threading.Event()
def ask():
    while not stop.is_set():
        assert store.search("b", queries, 5) == expected
threads = [threading.Thread(target=ask, daemon=True) for _ in range(4)]
for thread in threads:
    thread.start()
children = []
for _ in range(6):
    pid = os.fork()
    if not pid:
        faulthandler.dump_traceback_later(15, exit=True)  # a child that hangs says where
        assert all(store.search("b", queries, 5) == expected for _ in range(20))
        if len(children) % 2:
            sys.exit(0)  # as an interpreter ends: what is the parent's must stay
        os._exit(0)
    children.append(pid)
print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
stop.set()
[thread.join() for thread in threads]
store.milvus.file.restarted(store.milvus.file.running())
assert store.search("b", queries, 5) == expected
print(os.path.exists(sys.argv[1].replace("items.db", ".items.db.lock")))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_processes_that_are_forked_while_threads_call_get_answers(tmp_path):
    assert run(FORK, tmp_path / "items.db").splitlines() == [str([0] * 6), "True"]


FROZEN = """
import os, signal, sys, threading
from pathlib import Path
from tests.stores.vectors.lite import *
from towhee_recsys.support import forks
forks.LONGEST_CALL = 0.5
store = filled(Path(sys.argv[1]), {"timeout": 3})
kill(store, signal.SIGSTOP)
thread = threading.Thread(target=failure, args=(store.count, "b"))
thread.start()
time.sleep(0.2)
pid = os.fork()
if not pid:
    print(failure(store.count, "b"), flush=True)
    print(failure(open_store, sys.argv[1].replace("items", "others")), flush=True)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
kill(store, signal.SIGCONT)
thread.join()
print(store.count("b"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_process_that_was_forked_during_a_call_that_does_not_end_gets_an_error(tmp_path):
    message, other, code, count = run(FROZEN, tmp_path / "items.db").splitlines()
    for each, name in ((message, "items.db"), (other, "others.db")):
        assert all(fact in each for fact in (name, "was forked during a call of another thread", "`spawn`"))
    assert (code, count) == ("0", str(ROWS))


ORPHAN = """
import os, signal, sys
from pathlib import Path
from tests.stores.vectors.lite import filled, kill
from towhee_recsys.errors import StoreError
store = filled(Path(sys.argv[1]))
ready, go = os.pipe(), os.pipe()
pid = os.fork()
if not pid:
    store.count("b")
    os.write(ready[1], b"x")
    os.read(go[0], 1)
    try:
        store.count("b")
    except StoreError as error:
        print(error, flush=True)
    os._exit(0)
os.read(ready[0], 1)
kill(store)
os.write(go[1], b"x")
os.waitpid(pid, 0)
print(os.getpid(), store.count("b"))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_process_leaves_a_killed_one_to_its_parent(tmp_path):
    message, last = run(ORPHAN, tmp_path / "items.db").splitlines()
    parent, count = last.split()
    for fact in ("items.db", f"belongs to process {parent}", "`spawn`"):
        assert fact in message
    assert count == str(ROWS)


def test_files_that_are_opened_by_threads_at_once_are_each_their_own(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        stores = list(pool.map(filled, [tmp_path / "a b" / "one.db", tmp_path / "ü" / "two.db"]))
    assert service(stores[0]) != service(stores[1])
    kill(stores[0])
    assert [store.count("b") for store in stores] == [ROWS, ROWS]


def test_a_link_is_the_file_that_it_leads_to(tmp_path):
    (tmp_path / "link.db").symlink_to(tmp_path / "items.db")
    store = filled(tmp_path / "link.db")
    kill(store)
    assert store.count("b") == ROWS
    assert (tmp_path / "link.db").is_symlink()
    assert open_store(str(tmp_path / "items.db")) is store
