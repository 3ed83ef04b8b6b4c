"""Tries a built wheel or sdist where nothing else is: an empty environment and an empty folder."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from release.interpreters import interpreter

TYPED = "from importlib.resources import files; print((files('towhee_recsys') / 'py.typed').is_file())"


def try_package(package: Path, python_version: str, version: str) -> None:
    """Installs `package` for one version of Python, checks it and runs the demo.

    Raises:
        SystemExit: The interpreter is missing, or the installed package is not what it should be.
        subprocess.CalledProcessError: The installation, `pip check` or the demo fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment, empty = Path(folder) / "environment", Path(folder) / "empty"
        empty.mkdir()
        python, command = environment / "bin" / "python", environment / "bin" / "towhee-recsys"
        output("uv", "venv", "--quiet", "--python", interpreter(python_version), environment)
        output("uv", "pip", "install", "--quiet", "--python", python, package)
        output("uv", "pip", "check", "--python", python)
        expect(output(command, "--version", cwd=empty).split()[-1], version, "towhee-recsys --version")
        expect(output(python, "-c", TYPED, cwd=empty).strip(), "True", "py.typed is installed")
        output(command, "demo", cwd=empty)


def output(*command: object, cwd: str | Path | None = None) -> str:
    """What a command prints; if it fails, that is shown with its errors."""
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
    done.check_returncode()
    return done.stdout


def expect(found: str, wanted: str, what: str) -> None:
    """Ends the release where something is not as it should be."""
    if found != wanted:
        raise SystemExit(f"{what}: {found}, expected {wanted}")
