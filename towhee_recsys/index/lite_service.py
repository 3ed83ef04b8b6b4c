"""The process that Milvus Lite runs behind a file: how it is started."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

_APART = 'exec env HOME="$0" "$@" >&2'
"""A service makes and removes ~/.cache/milvus: two of one home meet there, and the second answers nothing but
"Mmap manager has not been init", on stdout too, which is for results."""


@cache
def keeps_folders() -> bool:
    """Whether Milvus Lite is version 3, which Windows gets: what it calls a file is a folder."""
    return int(version("milvus-lite").split(".")[0]) >= 3


def start_service(path: Path) -> None:
    """Starts it, unless it runs. Nothing is raised: the client tries again, and says what is wrong."""
    if keeps_folders():  # version 3 has another way to start, and does not wait for itself
        return
    with suppress(Exception):
        _services().start_and_get_uri(str(path))


@cache
def _services() -> Any:
    """What starts and ends Milvus Lite's services in this process; from here on each has a home of its own."""
    from milvus_lite import server_manager

    class Service(server_manager.Server):
        @property
        def args(self) -> list[str]:
            home = tempfile.mkdtemp(prefix="milvus-lite-")
            weakref.finalize(self, shutil.rmtree, home, ignore_errors=True)
            return ["sh", "-c", _APART, home, *map(str, super().args)]

    server_manager.Server = Service
    return server_manager.server_manager_instance
