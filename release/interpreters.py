"""The interpreters and environments that a release is tried in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
"""The versions of Python that the package supports."""


def interpreter(version: str) -> Path:
    """The path of Python `version`, such as "3.10": from PATH, or else the newest one that pyenv has installed.

    Raises:
        SystemExit: Neither has it.
    """
    installed = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    on_path = shutil.which(f"python{version}")
    candidates = [Path(on_path)] if on_path else []
    for candidate in candidates + newest_first(installed.glob(f"{version}.*/bin/python")):
        if runs(candidate, version):
            return candidate
    raise SystemExit(
        f"Python {version} is missing: there is no python{version} on PATH and no {version}.* in {installed}. "
        f"Install it, for example with `pyenv install {version}`."
    )


def newest_first(paths: Iterable[Path]) -> list[Path]:
    """The interpreters of pyenv, sorted by their version as numbers."""
    return sorted(paths, key=lambda path: [int(part) for part in path.parts[-3].split(".") if part.isdigit()])[::-1]


def runs(python: Path, version: str) -> bool:
    """Whether `python` starts and is that version; pyenv's shims of other versions only print an error."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return done.stdout.strip() == version
