"""Feedback on a full or read-only disk, and on servers that are down: our error, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.feedback import Event, open_feedback
from towhee_recsys.stores.keyed import sqlite_file

URI = "memory://faults"


def failure(work, *arguments):
    with pytest.raises(StoreError) as raised:
        work(*arguments)
    return str(raised.value)


def items_of(feedback, user):
    return sorted(event.item for event in feedback.read([user])[1][0])


ADDING = """
import sys
from itertools import count
from towhee_recsys.stores.feedback import Event, open_feedback
feedback = open_feedback(sys.argv[1], "memory://faults", "items")
for number in count():
    feedback.add([Event(1, number, 5)])
    print(number, flush=True)
"""


def test_a_process_that_is_killed_has_lost_no_acknowledged_event(url):
    with subprocess.Popen([sys.executable, "-c", ADDING, url], stdout=subprocess.PIPE, text=True) as adding:
        lines = [adding.stdout.readline() for _ in range(50)]
        adding.kill()
        lines += [line for line in adding.stdout if line.endswith("\n")]
    acknowledged = [int(line) for line in lines]
    found = items_of(open_feedback(url, URI, "items"), 1)
    assert found[: len(acknowledged)] == acknowledged
    assert len(found) <= len(acknowledged) + 1  # one may be written and not acknowledged


def test_a_commit_of_sqlite_is_on_the_disk(tmp_path):
    """FULL: the log is synced with each commit, so that a power failure loses none, either."""
    feedback = open_feedback(f"sqlite:///{tmp_path / 'feedback.sqlite'}", URI, "items")
    connection = feedback._store._file._connection
    pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_full_disk_adds_nothing_and_loses_nothing(tmp_path):
    feedback = open_feedback(f"sqlite:///{tmp_path / 'feedback.sqlite'}", URI, "items")
    feedback.add([Event(1, 10, 5)])
    connection = feedback._store._file._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
    some = [Event(2, item, 5, time="x" * 500) for item in range(100)]
    assert "the feedback" in failure(feedback.add, some)
    assert "cannot be written: the disk is full. Fix that, or name another file in `feedback`." in failure(
        feedback.add, some
    )
    assert (items_of(feedback, 1), items_of(feedback, 2)) == ([10], [])
    connection.execute("PRAGMA max_page_count = 1000000")
    feedback.add(some)
    assert len(items_of(feedback, 2)) == 100


@pytest.mark.skipif(not shutil.which("setpriv") and not getattr(os, "geteuid", int)(), reason="root may write anywhere")
@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such rights there")
def test_a_folder_that_may_not_be_written(tmp_path):
    plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    tmp_path.chmod(0o555)
    try:
        command = [*plain, sys.executable, "-c", ADDING, f"sqlite:///{tmp_path / 'feedback.sqlite'}"]
        ran = subprocess.run(command, capture_output=True, text=True)
    finally:
        tmp_path.chmod(0o755)
    assert "cannot be opened: the file cannot be opened or created; this user needs the right" in ran.stderr


def test_a_process_that_writes_for_too_long_is_named_and_readers_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "TIMEOUT", 0.1)
    file = tmp_path / "feedback.sqlite"
    feedback = open_feedback(f"sqlite:///{file}", URI, "items")
    feedback.add([Event(1, 10)])
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "cannot be written: another process has been writing to it" in failure(feedback.add, [Event(1, 20)])
        assert items_of(feedback, 1) == [10]
    feedback.add([Event(1, 20)])
    assert items_of(feedback, 1) == [10, 20]


@pytest.mark.parametrize("name", ["redis_server", "mariadb_server"])
def test_a_server_that_dies_has_kept_what_was_acknowledged(request, name):
    server = request.getfixturevalue(name)
    feedback = open_feedback(server.url(), URI, "dying")
    feedback.remove_user(1)
    feedback.add([Event(1, item) for item in range(20)])
    feedback.hide([5])
    server.kill()
    try:
        assert "the feedback" in failure(feedback.add, [Event(1, 20)])
        for work in ((feedback.read, [1]), (feedback.remove_user, 1), (feedback.hide, [6]), (feedback.show, [5])):
            assert "the server cannot be reached" in failure(*work)
    finally:
        server.start()
    assert (items_of(feedback, 1), feedback.hidden()) == ([*range(20)], [5])
    feedback.add([Event(1, 20)])
    assert items_of(feedback, 1) == [*range(21)]


def test_a_frozen_server_is_given_up_by_the_deadline(request):
    server = request.getfixturevalue("redis_server")
    feedback = open_feedback(server.url("?timeout=1.5"), URI, "items")
    server.freeze()
    try:
        for work in ((feedback.add, [Event(1, 20)]), (feedback.read, [1])):
            assert "no answer within 1.5 s" in failure(*work)
    finally:
        server.thaw()
    feedback.add([Event(1, 20)])
