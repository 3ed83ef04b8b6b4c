"""Runs of a recommender that are killed, and what serves after them."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.forked_commands import ForkedCommands, kill

USER = 10001
"""The user whose list is compared."""


class Runs:
    """Runs of two configs that publish into the same stores, `old` and `new`, in processes of their own.

    They differ in their seed, in all titles and in what the user has seen; the lists have all items that the user has
    not seen. So a list of one model with a fact or the history of the other is neither's.
    """

    def __init__(self, commands: ForkedCommands, files: dict[str, Path]):
        self._commands, self._files = commands, files
        self.longest = 0.0
        """Seconds that a run takes about, as fast as the machine is now."""

    def undisturbed(self, name: str) -> list[Any]:
        """Publishes; returns the list that serves then."""
        self.longest = self._commands.run(*self._run(name)).seconds
        return self.served(name)

    def killed(self, name: str, moment: float, group: bool, meanwhile: Callable[[], None]) -> bool:
        """A run that is killed after so many seconds, with its service of Milvus Lite or without.

        Returns whether it was: it may have ended by then.
        """
        process = self._commands.start(*self._run(name))
        end = time.monotonic() + moment
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
            meanwhile()
        kill(process, group)
        ended = self._commands.wait()
        assert ended.code in (0, -signal.SIGKILL), ended.err
        self.longest = self.longest * 1.02 if ended.code else moment
        return ended.code != 0

    def served(self, name: str) -> list[Any]:
        """The list that a new process recommends."""
        found: list[Any] = self._json("recommend", name, "-u", str(USER))["recommendations"]
        return found

    def must_be_healthy(self, name: str) -> None:
        """No check of the doctor fails."""
        assert self._json("doctor", name)["healthy"]

    def _run(self, name: str) -> list[str]:
        return ["run", "--json", "-q", "-c", str(self._files[name])]

    def _json(self, command: str, name: str, *options: str) -> dict[str, Any]:
        return self._commands.json(command, *options, "-c", str(self._files[name]))
