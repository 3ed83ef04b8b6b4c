"""Stores in a forked process: answers of its own, no wait for threads that it does not have."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

PRELUDE = """
import faulthandler, os, signal, subprocess, sys, threading, time
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.keyed import open_keyed

faulthandler.dump_traceback_later(20, exit=True)
url = sys.argv[1]

def forked(work):
    if not (pid := os.fork()):
        signal.alarm(10)
        os._exit(0 if work() else 1)
    return pid

def codes(pids):
    return [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
"""


def run(code, *arguments):
    """What the code prints in a process of its own."""
    command = [sys.executable, "-c", PRELUDE + code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


BOTH_READ = """
history = open_history(url)
history.write([(user, [user, user + 1]) for user in range(400)], "m__1")

def right(first):
    return all(history.get([user], "m__1") == [[user, user + 1]] for user in range(first, first + 100))

assert right(0)
children = [forked(lambda: right(100)), forked(lambda: right(200))]
print(right(300), codes(children))
"""


def test_parent_and_children_each_get_their_own_answers(url):
    assert run(BOTH_READ, url) == ["True [0, 0]"]


FORKED_DURING_CALLS = """
catalogue = open_catalogue(url)
facts = [{"id": key, "name": f"name {key}"} for key in range(50)]
catalogue.write(list(enumerate(facts)), "m__1")
done = threading.Event()

def call(number):
    while not done.is_set():
        if number:
            catalogue.get(range(50), f"m__{number}")  # not there, so it is never cached
        else:
            catalogue.write([(99, {"id": 99, "name": "other"})], "m__2")

threads = [threading.Thread(daemon=True, target=call, args=(number,)) for number in (0, 1, 2, 3)]
for thread in threads:
    thread.start()
try:
    results = [codes([forked(lambda: catalogue.get(range(50), "m__1") == facts)]) for _ in range(40)]
finally:
    done.set()
for thread in threads:
    thread.join()
print([each for each in results if each != [0]], catalogue.get(range(50), "m__1") == facts)
"""


def test_processes_that_are_forked_while_threads_call_get_answers(url):
    assert run(FORKED_DURING_CALLS, url) == ["[] True"]


LONG_WRITE = """
from towhee_recsys.support import forks
forks.LONGEST_CALL = 0.2
store = open_keyed(url, "facts", "catalogue")
store.write([("1", "one")], "v1")
begun, go = threading.Event(), threading.Event()

def rows():
    yield "2", "two"
    begun.set()
    go.wait()

def fails():
    for work in (lambda: store.read(["1"], "v1"), lambda: store.write([("3", "three")], "v1")):
        try:
            work()
        except StoreError as error:
            print(error, flush=True)
    return True

thread = threading.Thread(daemon=True, target=store.write, args=(rows(), "v1"))
thread.start()
begun.wait()
child = forked(fails)
print(codes([child]))
go.set()
thread.join()
print(store.count("v1"))
"""


def test_a_process_that_was_forked_during_a_long_write_gets_an_error(tmp_path):
    url = f"sqlite:///{tmp_path / 'items.sqlite'}"
    read, write, code, count = run(LONG_WRITE, url)
    for message, doing in ((read, "read"), (write, "written")):
        facts = (f"the catalogue {url!r} cannot be {doing}", "forked during a call of another thread", "`spawn`")
        assert all(fact in message for fact in facts)
    assert (code, count) == ("[0]", "2")


ORPHAN = """
store = open_keyed(url, "facts", "catalogue")
store.write([("1", "one")], "v1")
code = "import sys; from towhee_recsys.stores.keyed import open_keyed"
code += "; print(open_keyed(sys.argv[1], 'facts', 'catalogue').count('v1'))"

def other():
    return subprocess.run([sys.executable, "-c", code, url], capture_output=True, text=True).stdout.strip()

def work():
    store.write([("2", "two")], "v1")
    while os.getppid() == parent:
        time.sleep(0.01)
    first = other()  # the last process but this one closes the file
    store.write([("3", "three")], "v1")
    print(first, other(), flush=True)
    return True

parent = os.getpid()
forked(work)
"""


def test_what_a_child_writes_after_the_end_of_its_parent_is_kept(tmp_path):
    """SQLite counts the locks of an inherited connection as the child's, which has none of them."""
    assert run(ORPHAN, f"sqlite:///{tmp_path / 'items.sqlite'}") == ["2 3"]


LOCKS = """
from towhee_recsys.stores.vectors.locks import BuildWriter
from operators.milvus_insert import MilvusInsert

insert, writer = MilvusInsert("memory://forks", "items"), BuildWriter()
catalogue = open_catalogue(url)
held, go = threading.Event(), threading.Event()

def hold():
    with insert._starting, writer.writing, catalogue._lock:
        held.set()
        go.wait()

def free():
    return all(lock.acquire(timeout=1) for lock in (insert._starting, writer.writing, catalogue._lock))

thread = threading.Thread(daemon=True, target=hold)
thread.start()
held.wait()
print(codes([forked(free)]))
go.set()
thread.join()
"""


def test_locks_that_other_threads_hold_are_free_in_a_child(tmp_path):
    assert run(LOCKS, f"sqlite:///{tmp_path / 'items.sqlite'}") == ["[0]"]
