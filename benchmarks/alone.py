"""Functions that run in their own process: nothing is warm, and memory and Milvus are not shared."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_RUN = """
import json, sys
from importlib import import_module
module, name, arguments = sys.argv[1:]
print(json.dumps(getattr(import_module(module), name)(*json.loads(arguments))))
"""


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """Calls a module's function in a new process; its arguments and its result must be JSON values.

    Raises:
        CalledProcessError: it failed; it has printed why.
    """
    command = [sys.executable, "-c", _RUN, function.__module__, function.__name__, json.dumps(arguments)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed.splitlines()[-1])


def peak_memory() -> int:
    """The peak resident memory of this process in bytes, without its children."""
    status = Path("/proc/self/status")
    if status.is_file():  # `ru_maxrss` includes the process before it executed this program
        return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
