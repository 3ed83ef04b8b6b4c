"""Steps run ahead of slower ones after them, but never far; nothing runs on after its call."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from towhee import register

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines.linear import AHEAD

CHUNKS = 2_000
DECLARED = """
input: n
steps:
  - {{flat_map: n -> chunk, op: tests/chunks, args: {{fail_at: {read_fails_at}}}}}
  - {{map: chunk -> chunk, op: tests/measured, args: {{fail_at: {fail_at}, wait_at: {wait_at}}}}}
  - {{window_all: chunk -> all, op: tests/joined}}
output: all
"""


def text(read_fails_at="null", fail_at="null", wait_at="null"):
    return DECLARED.format(read_fails_at=read_fails_at, fail_at=fail_at, wait_at=wait_at)


class Progress:
    """How many chunks were read and written, and how many were ever read that were not written yet."""

    read = written = most_ahead = 0
    arrived, resume = threading.Event(), threading.Event()


@register(name="tests/chunks")
class Chunks:
    def __init__(self, fail_at=None):
        self._fail_at = fail_at

    def __call__(self, n):
        for number in range(n):
            if number == self._fail_at:
                raise ValueError("unreadable")
            Progress.read += 1
            Progress.most_ahead = max(Progress.most_ahead, Progress.read - Progress.written)
            yield [number]


@register(name="tests/measured")
class Measured:
    def __init__(self, fail_at=None, wait_at=None):
        self._fail_at, self._wait_at = fail_at, wait_at

    def __call__(self, chunk):
        if chunk == [self._wait_at]:
            Progress.arrived.set()
            Progress.resume.wait(20)
        if chunk == [self._fail_at]:
            raise ValueError("disk full")
        Progress.written += 1
        return chunk


@register(name="tests/joined")
class Joined:
    def __call__(self, chunks):
        return [number for chunk in chunks for number in chunk]


@pytest.fixture(autouse=True)
def progress():
    Progress.read = Progress.written = Progress.most_ahead = 0
    Progress.arrived.clear()
    Progress.resume.clear()
    yield Progress
    Progress.resume.set()


def read_stands_still() -> int:
    """How much was read when nothing more has been for a while."""
    before = -1
    while before != Progress.read:
        before = Progress.read
        time.sleep(0.3)
    return before


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "prefetch"]


def test_a_reader_is_never_far_ahead_and_all_of_it_arrives(declared, progress):
    pipeline = declared(text(wait_at=100))
    results = []
    call = threading.Thread(target=lambda: results.append(pipeline(CHUNKS).get()))
    call.start()
    assert progress.arrived.wait(20)
    assert read_stands_still() == 100 + 1 + AHEAD  # one is at the slow step, the others wait for it
    progress.resume.set()
    call.join(20)
    assert results == [[list(range(CHUNKS))]]
    assert progress.most_ahead <= AHEAD + 1
    assert readers() == []


def test_waiting_takes_no_processor_time(declared, progress):
    pipeline = declared(text(wait_at=10))
    call = threading.Thread(target=pipeline, args=(CHUNKS,))
    call.start()
    assert progress.arrived.wait(20)
    read_stands_still()
    before, began = time.process_time(), time.perf_counter()
    time.sleep(1)
    used, took = time.process_time() - before, time.perf_counter() - began
    progress.resume.set()
    call.join(20)
    assert used < 0.2 * took


def test_a_step_that_fails_ends_the_reader(declared, progress):
    pipeline = declared(text(fail_at=10, wait_at=10))
    threading.Timer(0.5, progress.resume.set).start()
    with pytest.raises(PipelineError, match=r"^step 2 \(tests/measured\) failed: ValueError: disk full$"):
        pipeline(CHUNKS)
    assert progress.read <= 10 + 1 + AHEAD
    assert readers() == []
    progress.read = progress.written = 0
    assert len(declared(text())(20).get()[0]) == 20


def test_a_reader_that_fails_ends_the_call_after_what_it_read(declared, progress):
    with pytest.raises(PipelineError, match=r"^step 1 \(tests/chunks\) failed: ValueError: unreadable$"):
        declared(text(read_fails_at=10))(CHUNKS)
    assert (progress.read, progress.written) == (10, 10)
    assert readers() == []


def test_interrupting_ends_it(declared, progress):
    pipeline = declared(text(wait_at=10))

    def interrupt():
        progress.arrived.wait(20)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        pipeline(CHUNKS)
    progress.resume.set()  # the call of the operator that was running
    assert read_stands_still() <= 10 + 1 + AHEAD
    assert progress.written <= 11
    assert readers() == []


@pytest.mark.parametrize("batch", [1, 40])
def test_many_calls_at_once(declared, progress, batch):
    pipeline = declared(text())
    assert [each.get() for each in pipeline.batch([50] * batch)] == [[list(range(50))]] * batch


def test_a_long_list_passes(declared):
    pipeline = declared("""
        input: rows
        steps: [{flat_map: rows -> row, op: tests/as_it_is}, {window_all: row -> all, op: tests/joined}]
        output: all
        """)
    assert pipeline([[number] for number in range(3_000)]).get() == [list(range(3_000))]


@register(name="tests/as_it_is")
class AsItIs:
    def __call__(self, value):
        return value
