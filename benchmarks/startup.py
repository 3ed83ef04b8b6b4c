"""Commands in their own process, from the start of Python to its end.

`towhee-recsys --help` is compared with a Python that does nothing, and `towhee-recsys recommend` for one user, with
Milvus Lite and SQLite, with a Python that only imports the packages that it needs.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.case import Case, command
from benchmarks.rows import Limit, Row, compared
from benchmarks.timing import interleaved

PACKAGES = ("milvus-lite", "pymilvus", "towhee", "numpy", "pydantic", "rich")

IMPORTS = "import click, numpy, pydantic, rich.table, sqlite3, towhee, yaml; from pymilvus import MilvusClient"

RUNS = 10

WHAT_BOUNDS = {
    "towhee-recsys recommend": """Importing our own modules, mostly the schema of configs. The rest is reading the
        model and checking its hashes, starting Milvus Lite while pymilvus is imported, and the request.""",
}


def measure(case: Case) -> list[Row]:
    """A row for each command."""
    config = case.indexed()
    help_ = [sys.executable, "-m", "towhee_recsys", "--help"]
    recommend = command("recommend", config, "--gender", "F", "--age", "25", "--quiet")
    return [
        _row("towhee-recsys --help", help_, "pass", "python -c pass", Limit("≤", 0.3, "difference"), case),
        _row("towhee-recsys recommend", recommend, IMPORTS, "the imports that it needs", Limit("≤", 1.3), case),
    ]


def _row(work: str, ours: Sequence[str], code: str, against: str, limit: Limit, case: Case) -> Row:
    calls = {"ours": lambda _: run(ours), "theirs": lambda _: run([sys.executable, "-c", code])}
    return compared(work, interleaved(calls, case.runs(RUNS), warm_up=1), against, limit, unit="s")


def run(arguments: Sequence[str]) -> None:
    """Runs a command to its end. Raises CalledProcessError if it fails.

    Python keeps the bytecode of what it imports, so that our modules, like installed packages, are compiled once.
    """
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
