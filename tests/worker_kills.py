"""Kills of an engine's workers."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def kill_a_worker(name: str, killed: list[int]) -> None:
    """Kills the first worker of this process that has begun to work."""
    end = time.monotonic() + 120
    while not killed and time.monotonic() < end:
        for pid, command in descendants(os.getpid()):
            if name in command and "resource_tracker" not in command:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                return
        time.sleep(0.02)


def descendants(ancestor: int) -> list[tuple[int, str]]:
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            commands[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (OSError, ValueError):  # it has ended
            continue
    found = []
    for pid, command in commands.items():
        above = parents.get(pid)
        while above and above != ancestor:
            above = parents.get(above)
        if above == ancestor:
            found.append((pid, command))
    return found
