"""Requests that arrive together are answered together, each by itself."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from towhee_recsys.config.serving import ServeConfig
from towhee_recsys.errors import QueryError, StoreError
from towhee_recsys.service.batching import Batcher
from towhee_recsys.service.errors import DeadlineError, OverloadedError


class Doubling:
    """A call that takes a moment; records its batches."""

    def __init__(self, seconds=0.02):
        self.seconds, self.batches = seconds, []
        self.free = threading.Event()
        self.free.set()

    def __call__(self, given):
        self.batches.append(list(given))
        time.sleep(self.seconds)
        self.free.wait(10)
        if "store" in given:
            raise StoreError("down")
        if bad := [each for each in given if not isinstance(each, int)]:
            raise QueryError(f"{bad[0]} is no number")
        return [2 * each for each in given]


def run(test):
    """Runs a coroutine function with a `Doubling` and a function that makes a batcher of it."""
    call = Doubling()

    async def running():
        return await test(call, lambda **settings: Batcher(call, ServeConfig(**settings)))

    return asyncio.run(running())


async def answers(batcher, given):
    return await asyncio.gather(*map(batcher, given), return_exceptions=True)


def test_one_goes_at_once_and_the_others_together():
    async def test(call, batcher):
        assert await answers(batcher(), range(10)) == [2 * each for each in range(10)]
        assert call.batches == [[0], list(range(1, 10))]

    run(test)


def test_a_batch_has_a_largest_size():
    async def test(call, batcher):
        await answers(batcher(batch=4), range(10))
        assert [len(batch) for batch in call.batches] == [1, 4, 4, 1]
        call.batches.clear()
        await answers(batcher(batch=1), range(3))
        assert [len(batch) for batch in call.batches] == [1, 1, 1]

    run(test)


def test_the_error_of_one_is_its_own():
    async def test(call, batcher):
        call.seconds = 0
        found = await answers(batcher(), [0, 1, "x", 3, 4, "y", 6])
        assert [str(each) for each in found] == ["0", "2", "x is no number", "6", "8", "y is no number", "12"]
        assert isinstance(found[2], QueryError)

    run(test)


def test_the_failure_of_a_store_is_everybody_s_and_no_call_is_repeated():
    async def test(call, batcher):
        found = await answers(batcher(), [0, 1, "store", 3])
        assert found[0] == 0
        assert [type(each) for each in found[1:]] == [StoreError] * 3
        assert len(call.batches) == 2

    run(test)


def test_a_full_queue_answers_at_once_and_recovers():
    async def test(call, batcher):
        call.free.clear()
        full = batcher(queue=3)
        waiting = [asyncio.ensure_future(full(each)) for each in range(4)]
        await asyncio.sleep(0.05)
        began = time.monotonic()
        with pytest.raises(OverloadedError, match=r"3 requests wait already \(serve\.queue\)"):
            await full(5)
        assert time.monotonic() - began < 0.5
        call.free.set()
        assert await asyncio.gather(*waiting) == [0, 2, 4, 6]
        assert await full(7) == 14

    run(test)


def test_a_deadline_ends_what_runs_and_what_waits():
    async def test(call, batcher):
        call.free.clear()
        late = batcher(deadline=0.1)
        began = time.monotonic()
        found = await answers(late, [1, 2])
        assert [type(each) for each in found] == [DeadlineError] * 2
        assert time.monotonic() - began < 5
        call.free.set()
        assert await late(3) == 6
        assert call.batches == [[1], [3]]  # nobody waited for 2 any more

    run(test)


def test_several_of_one_caller_stay_together():
    async def test(call, batcher):
        assert await batcher().all([1, 2, 3]) == [2, 4, 6]
        assert call.batches == [[1, 2, 3]]
        with pytest.raises(QueryError, match="x is no number"):
            await batcher().all([1, "x", 3])

    run(test)


def test_a_caller_who_leaves_is_not_answered():
    async def test(call, batcher):
        call.free.clear()
        left = batcher()
        tasks = [asyncio.ensure_future(left(each)) for each in range(3)]
        await asyncio.sleep(0.05)
        tasks[1].cancel()
        call.free.set()
        assert [await tasks[0], await tasks[2]] == [0, 4]
        assert call.batches == [[0], [2]]

    run(test)
