"""Functions in processes of their own: nothing is warm, and their memory and their Milvus are theirs alone."""

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
    """What a function of a module gives. Its arguments and what it gives are such as JSON has.

    Raises CalledProcessError when it fails; why, it has printed.
    """
    command = [sys.executable, "-c", _RUN, function.__module__, function.__name__, json.dumps(arguments)]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(printed.splitlines()[-1])


def peak_memory() -> int:
    """Bytes that this process has had resident at most, without its children."""
    status = Path("/proc/self/status")
    if status.is_file():  # `ru_maxrss` knows also what the process was before it began with this program
        return 1024 * next(int(line.split()[1]) for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
