"""What tests of the Milvus Lite service share: real processes and signals, no stand-ins."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time  # noqa: F401 (for the processes that tests run)
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.stores.vectors.helpers import rows
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors import Layout, open_store

DIM = 8
ROWS = 60


def vectors(number: int, seed: int = 0) -> np.ndarray:
    """Random vectors float32[number, DIM]."""
    return np.random.default_rng(seed).random((number, DIM)).astype(np.float32)


def filled(path: Path, access: dict[str, Any] | None = None) -> Any:
    """The store of a new file, with a build "b" of ROWS rows."""
    store = open_store(str(path), access)
    store.create("b", Layout(DIM))
    store.append("b", rows(range(ROWS), vectors(ROWS)))
    return store


def service(store: Any) -> int:
    """The number of the process behind a store."""
    pid: int = store.milvus.file.running().service.pid()
    return pid


def kill(store: Any, how: int = signal.SIGKILL) -> int:
    """Sends a signal to the process behind a store, and returns its number."""
    pid = service(store)
    os.kill(pid, how)
    return pid


def failure(call: Any, *arguments: Any) -> str:
    """The message of the StoreError that a call raises."""
    with pytest.raises(StoreError) as raised:
        call(*arguments)
    return str(raised.value)


def refusal(path: Path) -> str:
    """The message with which a file is not opened."""
    return failure(open_store, str(path))


def run(code: str, *arguments: object, prefix: tuple[str, ...] = (), **options: Any) -> str:
    """What a Python process prints, which must end well within a minute."""
    command = [*prefix, sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def can_mount() -> bool:
    """Whether a small disk can be mounted in a namespace of its own."""
    probe = ["unshare", "-Urm", "mount", "-t", "tmpfs", "disk", "/tmp"]
    return bool(shutil.which("unshare")) and subprocess.run(probe, capture_output=True, check=False).returncode == 0
