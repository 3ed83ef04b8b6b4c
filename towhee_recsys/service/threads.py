"""Calls of stores, in threads: what one request needs, and no batch would make cheaper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from towhee_recsys.config.serving import ServeConfig
from towhee_recsys.service.errors import DeadlineError, OverloadedError

_Result = TypeVar("_Result")

THREADS = 4
"""Calls at the same time."""


class StoreThreads:
    """`await threads(function, *arguments)` is what the function gives, by the deadline of the settings."""

    def __init__(self, settings: ServeConfig):
        self._settings, self._running = settings, 0
        self._threads = ThreadPoolExecutor(THREADS, "stores")

    async def __call__(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Calls `function` in a thread.

        Raises:
            OverloadedError: too many such calls wait already.
            DeadlineError: there is no answer in time; the call is not interrupted.
        """
        if self._running >= self._settings.queue:
            raise OverloadedError(self._running)
        future = asyncio.get_running_loop().run_in_executor(self._threads, function, *arguments)
        self._running += 1
        future.add_done_callback(self._ended)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._settings.deadline)
        except asyncio.TimeoutError:
            raise DeadlineError(self._settings.deadline) from None

    def close(self) -> None:
        """Ends the threads when their calls have ended."""
        self._threads.shutdown(wait=False)

    def _ended(self, future: asyncio.Future[Any]) -> None:
        self._running -= 1
        if not future.cancelled():
            future.exception()  # read, or asyncio would log that of a call whose request has ended
