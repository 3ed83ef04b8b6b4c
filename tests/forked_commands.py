"""Commands of the command line in processes that are forked for them: all imports, which take seconds, are done once.

As a program it is the process that they are forked from, which has no threads and no connections.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

IMPORTED = [
    "milvus_lite.server_manager",
    "pandas",
    "pymilvus",
    "pymysql",
    "redis",
    "rich.table",
    "scipy.stats",
    "towhee_recsys.cli",
    "towhee_recsys.evaluation.release",
    "towhee_recsys.lifecycle.doctor",
    "towhee_recsys.pipelines",
    "towhee_recsys.training",
    "towhee_recsys.training.curves",
]


@dataclass(frozen=True)
class Ended:
    """A command that has ended: its exit code, -9 where it was killed, its output, and the seconds that it took."""

    code: int
    out: str
    err: str
    seconds: float


class ForkedCommands:
    """Runs commands, one at a time. Each leads a process group of its own, to which its Milvus Lite service belongs."""

    def __init__(self, folder: Path):
        self._output = folder / "out", folder / "err"
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, *map(str, self._output)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        )

    def start(self, *arguments: str) -> int:
        """Starts a command and returns the number of its process."""
        self._process.stdin.write(f"{json.dumps(arguments)}\n")
        self._begun = time.monotonic()
        return int(self._process.stdout.readline())

    def wait(self) -> Ended:
        """Waits until the command has ended."""
        code = int(self._process.stdout.readline())
        out, err = (file.read_text(encoding="utf-8") for file in self._output)
        return Ended(code, out, err, time.monotonic() - self._begun)

    def run(self, *arguments: str) -> Ended:
        """Runs a command, which must succeed."""
        self.start(*arguments)
        ended = self.wait()
        assert ended.code == 0, f"{arguments}: {ended.out}{ended.err}"
        return ended

    def json(self, *arguments: str) -> Any:
        """The JSON that a command prints, which must succeed."""
        return json.loads(self.run(*arguments, "--json").out)

    def close(self) -> None:
        """Ends the process that commands are forked from."""
        self._process.stdin.close()
        self._process.wait()


def kill(process: int, with_its_group: bool) -> None:
    """A SIGKILL to a command, or to all of its group; one that has ended is passed over."""
    send: Callable[[int, int], None] = os.killpg if with_its_group else os.kill
    with suppress(ProcessLookupError):
        send(process, signal.SIGKILL)


def _command(arguments: list[str], output: list[str]) -> None:
    """What a forked process does."""
    from towhee_recsys.cli import main

    os.setsid()
    _say(os.getpid())
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, file in enumerate(output, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    main(arguments)


def _say(word: object) -> None:
    """A line, in one write: the processes share stdout, and theirs must not mix."""
    os.write(1, f"{word}\n".encode())


def _import_all() -> None:
    for module in IMPORTED:
        import_module(module)
    with tempfile.TemporaryDirectory() as folder:  # the first picture takes long
        sys.modules["towhee_recsys.training.curves"].draw_curves(
            [{"epoch": 1, "learning_rate": 1, "loss": 1}], 1, Path(folder, "curves.png")
        )


if __name__ == "__main__":
    _import_all()
    for line in sys.stdin:
        if not (child := os.fork()):
            _command(json.loads(line), sys.argv[1:])
        _say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
