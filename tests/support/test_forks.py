"""Forks while other threads hold locks or are within a call."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

FORK = """
import faulthandler, os, threading, time
from towhee_recsys.support.forks import Calls, new_lock

faulthandler.dump_traceback_later(20, exit=True)
locks, calls, held, go = [new_lock(), new_lock(reentrant=True)], Calls(), threading.Event(), threading.Event()
def hold():
    with locks[0], locks[1]:
        with calls:
            held.set()
            time.sleep(0.3)
            ended.append(True)
        go.wait()
ended = []
thread = threading.Thread(target=hold)
thread.start()
held.wait()
pid = os.fork()
if not pid:
    assert ended, "the fork did not wait for the call"
    assert all(lock.acquire(timeout=1) for lock in locks)
    with calls:
        assert not calls.interrupted
    os._exit(0)
assert not locks[0].acquire(blocking=False), "it was freed in the parent, too"
go.set()
thread.join()
with calls:
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_fork_waits_for_calls_and_frees_locks_in_the_child():
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "0\n", done.stderr
