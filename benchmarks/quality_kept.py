"""The JSON of the benchmark: each step's figures, with what they depend on and when they were measured."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from towhee_recsys.support.files import write_file

Step = dict[str, Any]
"""The figures of a step, with `basis`, a hash of what they depend on, `date`, and `commit`, of the code."""


class Kept:
    """The JSON `{"run": {...}, "steps": {name: figures}}` in a file, which is written after each step."""

    def __init__(self, path: Path):
        self._path = path
        there = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.run: dict[str, Any] = there.get("run", {})
        self.steps: dict[str, Step] = there.get("steps", {})

    def __call__(self, name: str, basis: Any, measure: Callable[[], Step]) -> None:
        """Runs the step, unless its figures exist for the same `basis`, such as settings and data."""
        basis = hashlib.sha256(json.dumps(basis, sort_keys=True).encode()).hexdigest()[:16]
        if self.steps.get(name, {}).get("basis") == basis:
            return print(f"{name}: measured before", file=sys.stderr)
        print(f"{name} ...", file=sys.stderr, flush=True)
        commit = commit_here()
        self.steps[name] = {"basis": basis, "date": date.today().isoformat(), "commit": commit, **measure()}
        self.write()

    def discard(self, discarded: Callable[[str], bool]) -> None:
        """Forgets the steps for whose names `discarded` is true."""
        self.steps = {name: step for name, step in self.steps.items() if not discarded(name)}

    def write(self) -> None:
        """Writes the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self._path, (json.dumps({"run": self.run, "steps": self.steps}, indent=1) + "\n").encode())


def commit_here() -> str | None:
    """The commit of this checkout, with "+" where files differ from it; None outside a checkout."""
    try:
        commit, changes = (
            _git(*each) for each in (("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "-uno"))
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    changed = [line for line in changes.splitlines() if not line[3:].startswith("docs/")]
    return commit.strip() + ("+" if changed else "")


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=Path(__file__).parent, check=True, capture_output=True, text=True
    ).stdout
