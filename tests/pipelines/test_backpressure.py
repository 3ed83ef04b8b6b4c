"""A reader waits for the steps after it, and no wait outlasts its call."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from towhee import register

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines.backpressure import AHEAD

CHUNKS = 2_000
DECLARED = """
input: n
steps:
  - {{flat_map: n -> chunk, op: tests/chunks}}
  - {{map: chunk -> chunk, op: tests/measured, args: {{fail_at: {fail_at}, wait_at: {wait_at}}}}}
  - {{window_all: chunk -> all, op: tests/joined}}
output: all
"""


class Progress:
    """How many chunks were read and written, and how many were ever read that were not written yet."""

    read = written = most_ahead = 0
    arrived, go_on = threading.Event(), threading.Event()


@register(name="tests/chunks")
class Chunks:
    def __call__(self, n):
        for number in range(n):
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
            Progress.go_on.wait(20)
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
    Progress.go_on.clear()
    yield Progress
    Progress.go_on.set()


def read_stands_still() -> int:
    """How much was read when nothing more has been for a while."""
    before = -1
    while before != Progress.read:
        before = Progress.read
        time.sleep(0.3)
    return before


def test_a_reader_is_never_far_ahead_and_all_of_it_arrives(declared, progress):
    pipeline = declared(DECLARED.format(fail_at="null", wait_at=100))
    results = []
    call = threading.Thread(target=lambda: results.append(pipeline(CHUNKS).get()))
    call.start()
    assert progress.arrived.wait(20)
    assert read_stands_still() == 100 + 1 + AHEAD  # one is at the slow step, the others wait for it
    progress.go_on.set()
    call.join(20)
    assert results == [[list(range(CHUNKS))]]
    assert progress.most_ahead <= AHEAD + 2


def test_waiting_takes_no_processor_time(declared, progress):
    pipeline = declared(DECLARED.format(fail_at="null", wait_at=10))
    call = threading.Thread(target=pipeline, args=(CHUNKS,))
    call.start()
    assert progress.arrived.wait(20)
    read_stands_still()
    before, began = time.process_time(), time.perf_counter()
    time.sleep(1)
    used, took = time.process_time() - before, time.perf_counter() - began
    progress.go_on.set()
    call.join(20)
    assert used < 0.2 * took


def test_a_step_that_fails_ends_the_call_of_a_reader_that_waits(declared, progress):
    pipeline = declared(DECLARED.format(fail_at=10, wait_at=10))
    threading.Timer(0.5, progress.go_on.set).start()
    with pytest.raises(PipelineError, match=r"^step 2 \(tests/measured\) failed: ValueError: disk full$"):
        pipeline(CHUNKS)
    assert read_stands_still() <= 10 + 2 + AHEAD
    progress.read = progress.written = 0
    assert len(declared(DECLARED.format(fail_at="null", wait_at="null"))(20).get()[0]) == 20


def test_interrupting_ends_it(declared, progress):
    pipeline = declared(DECLARED.format(fail_at="null", wait_at=10))

    def interrupt():
        progress.arrived.wait(20)
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        pipeline(CHUNKS)
    progress.go_on.set()
    assert read_stands_still() <= 10 + 2 + AHEAD


def test_many_calls_at_once_do_not_wait_for_steps_that_have_no_thread_yet(declared, progress):
    pipeline = declared(DECLARED.format(fail_at="null", wait_at="null"))
    assert [each.get() for each in pipeline.batch([50] * 40)] == [[list(range(50))]] * 40


def test_a_list_that_is_there_already_is_not_held_back(declared):
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
