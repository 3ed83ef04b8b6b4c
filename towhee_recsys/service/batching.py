"""Requests that arrive while the model is at work are answered together by its next call."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from towhee_recsys.config.serving import ServeConfig
from towhee_recsys.errors import BundleError, IndexMismatchError, StoreError
from towhee_recsys.service.errors import DeadlineError, OverloadedError

THREADS = 1
"""Calls at the same time: while one waits for the index, the event loop has the interpreter."""

NOT_OF_ONE = (BundleError, IndexMismatchError, StoreError)
"""Errors that no request of a batch causes: all of them get it."""


@dataclass(eq=False, slots=True)
class _Waiting:
    """A request and the future of its answer."""

    given: Any
    answer: asyncio.Future[Any]


class Batcher:
    """`await batcher(given)` is `call([given])[0]`, where one `call` answers all that arrived during the one before.

    A request that finds a free thread goes at once, so none waits longer than the batch before it takes. An error that
    one request causes fails this request alone. All methods belong to the thread of the event loop.

    Args:
        call: Answers several requests in their order; is called in threads.
        settings: The largest batch, how many requests may wait, and how long.
        on_batch: Is called with the size of each batch, and with how many requests still wait then.
    """

    def __init__(
        self,
        call: Callable[[list[Any]], Sequence[Any]],
        settings: ServeConfig,
        on_batch: Callable[[int, int], object] = lambda size, waiting: None,
    ):
        self._call, self._settings, self._on_batch = call, settings, on_batch
        self._free, self._waiting = THREADS, deque[_Waiting]()
        self._threads = ThreadPoolExecutor(THREADS, "batch")

    def must_have_room(self, requests: int) -> None:
        """Checks that so many more requests may wait.

        Raises:
            OverloadedError: they may not.
        """
        if self._waiting and len(self._waiting) + requests > self._settings.queue:
            raise OverloadedError(len(self._waiting))

    async def __call__(self, given: Any) -> Any:
        """The answer to one request.

        Raises:
            OverloadedError: too many requests wait.
            DeadlineError: there is no answer in time.
            RecsysError: the call raised it.
        """
        [answer] = await self.all([given])
        return answer

    async def all(self, given: Sequence[Any]) -> list[Any]:
        """The answers to several requests.

        Raises:
            RecsysError: as for one request; the error of the first that has one.
        """
        self.must_have_room(len(given))
        loop = asyncio.get_running_loop()
        added = [_Waiting(each, loop.create_future()) for each in given]
        self._waiting.extend(added)
        self._start(loop)
        timer = loop.call_later(self._settings.deadline, self._expire, added)
        try:
            return [await each.answer for each in added]
        finally:
            timer.cancel()
            for each in added:
                each.answer.cancel()  # after an error or a disconnect, those that have not begun

    def close(self) -> None:
        """Ends the threads when their calls have ended."""
        self._threads.shutdown(wait=False)

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Gives free threads what waits."""
        while self._waiting and self._free:
            batch: list[_Waiting] = []
            while self._waiting and len(batch) < self._settings.batch:
                if not (each := self._waiting.popleft()).answer.done():
                    batch.append(each)
            if batch:
                self._free -= 1
                self._on_batch(len(batch), len(self._waiting))
                self._threads.submit(self._run, batch, loop)

    def _run(self, batch: list[_Waiting], loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: the answers of a batch."""
        answers = self._answers([each.given for each in batch])
        loop.call_soon_threadsafe(self._finish, batch, answers, loop)

    def _answers(self, given: list[Any]) -> list[Any]:
        """The answer to each, or the error of each; the requests that raise errors are found by halving."""
        try:
            return list(self._call(given))
        except NOT_OF_ONE as error:
            return [error] * len(given)
        except Exception as error:
            if len(given) == 1:
                return [error]
            half = len(given) // 2
            return self._answers(given[:half]) + self._answers(given[half:])

    def _finish(self, batch: list[_Waiting], answers: list[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._free += 1
        self._start(loop)
        for each, answer in zip(batch, answers, strict=True):
            if each.answer.done():
                continue
            if isinstance(answer, Exception):
                each.answer.set_exception(answer)
            else:
                each.answer.set_result(answer)

    def _expire(self, added: Sequence[_Waiting]) -> None:
        for each in added:
            if not each.answer.done():
                each.answer.set_exception(DeadlineError(self._settings.deadline))
