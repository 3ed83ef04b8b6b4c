"""Tries the package with the lowest and with the newest versions of its dependencies: the demo and the fast tests.

`python -m release.bounds [lowest|newest] [-- ARGUMENTS OF PYTEST]`; each takes minutes, so CI runs it at night.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from release.interpreters import VERSIONS, interpreter

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "bounds"
FAST = "not slow and not milvus and not ml1m and not performance"
TRIALS = {"lowest": (VERSIONS[0], "lowest-direct"), "newest": (VERSIONS[-1], "highest")}
"""Each trial's version of Python, and uv's word for the versions of the dependencies."""


def try_bound(name: str, arguments: list[str]) -> None:
    """Makes the environment of one trial; runs the demo without extras in it, and the fast tests with all of them.

    Extras may need newer versions than the package itself does, so the demo comes first. The test tools are the newest
    in both trials, and change what is installed only where they have to.

    Raises:
        SystemExit: The interpreter is missing.
        subprocess.CalledProcessError: The versions cannot be installed together, or a test or the demo fails.
    """
    version, resolution = TRIALS[name]
    environment = FOLDER / name
    call("uv", "venv", "--clear", "--python", interpreter(version), environment)
    python = environment / "bin" / "python"
    install = ("uv", "pip", "install", "--quiet", "--python", python)
    call(*install, "--resolution", resolution, "--editable", ROOT)
    with tempfile.TemporaryDirectory() as empty:
        call(environment / "bin" / "towhee-recsys", "demo", cwd=empty)
    call(*install, "--resolution", resolution, "--editable", f"{ROOT}[all]")
    call(*install, "--editable", f"{ROOT}[all,test]")
    call("uv", "pip", "check", "--python", python)
    call(python, "-m", "pytest", "-m", FAST, *arguments)
    print(f"{name}: demo and tests pass with the versions in {environment}")


def call(*command: object, cwd: str | Path = ROOT) -> None:
    """Runs a command, and raises CalledProcessError if it fails."""
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


if __name__ == "__main__":
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    for trial in sys.argv[1:split] or TRIALS:
        try_bound(trial, sys.argv[split + 1 :])
