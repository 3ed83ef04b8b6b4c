"""A process is killed while it writes an index: what was acknowledged is there, a rerun completes, and gc sweeps.

The checks themselves are made in `dying.py`, by the process that opens the index next.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no fork and no SIGKILL"),
]

ROOT = Path(__file__).resolve().parents[3]

ENDS = 1000
"""More than the writings that a turn makes: by then it has ended."""


class Dying:
    """`dying.py`, turn after turn on one index."""

    def __init__(self, process: subprocess.Popen, what: str, folder: Path):
        self._process, self._what = process, what
        self._stores = f"{folder / 'movies.db'} sqlite:///{folder / 'movies.sqlite'}"
        self.number, self.live = 1, 0

    def turn(self, death: int = 0, wait: float | None = None, whole_group: bool = True) -> str:
        """One turn, killed at its `death`th writing or `wait` seconds after it is ready; returns its last line."""
        self._process.stdin.write(f"{self._what} {self.number} {death} {self._stores}\n")
        lines = [self._say()]
        while lines[-1][0] != "ended":
            if lines[-1][0] == "ready" and wait is not None:
                time.sleep(wait)
                with suppress(ProcessLookupError):  # it has ended already
                    (os.killpg if whole_group else os.kill)(int(lines[0][1]), signal.SIGKILL)
            lines.append(self._say())
        reported = dict(each for each in lines if len(each) == 2)
        assert reported["ended"] in {"0", str(-signal.SIGKILL)}, lines
        self._must_continue_from(int(reported["live"]))
        return lines[-2][0]

    def _say(self) -> list[str]:
        line = self._process.stdout.readline().split()
        assert line, "dying.py has ended"
        return line

    def _must_continue_from(self, live: int) -> None:
        """The index that was found is one of the last turn's: what it had before, or what it was at."""
        if self._what == "build":
            assert self.number == 1 or live in (self.number - 2, self.number - 1)
        assert live >= self.live
        self.number, self.live = self.number + 3, live


@contextmanager
def dying(what: str, folder: Path) -> Iterator[Dying]:
    folder.mkdir()
    command = [sys.executable, "-W", "ignore", str(Path(__file__).with_name("dying.py"))]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # it imports helpers of the tests
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    ) as process:
        try:
            yield Dying(process, what, folder)
        finally:
            process.stdin.close()


def killed_at_every_step(what: str, folder: Path) -> int:
    """Killed before each writing to a store, Milvus Lite with it; gives how many there were."""
    with dying(what, folder) as process:
        return next(death for death in range(1, ENDS) if process.turn(death) == "done")


def killed_at_random_moments(what: str, folder: Path, times: int, longest: float) -> None:
    """Every other time Milvus Lite survives, and completes the call."""
    moments = Random(42)
    with dying(what, folder) as process:
        for number in range(times):
            process.turn(wait=moments.uniform(0, longest), whole_group=number % 2 == 0)
        assert process.turn(death=ENDS) == "done"


@pytest.mark.parametrize(("what", "times"), [("build", 30), ("change", 20), ("resume", 20)])
def test_kills_before_during_and_after_every_step(tmp_path, what, times):
    with ThreadPoolExecutor(2) as pool:
        steps = pool.submit(killed_at_every_step, what, tmp_path / "steps")
        moments = pool.submit(killed_at_random_moments, what, tmp_path / "moments", times, 0.3)
        assert steps.result() > 12
        moments.result()
