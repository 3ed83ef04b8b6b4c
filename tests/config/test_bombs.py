"""YAML that is made to exhaust its reader: refused in a moment and in little memory, measured in a process of its own.

Memory is the highest that the process ever had (VmHWM), compared with the same process on a harmless file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

READ = """
import json, pathlib, sys, time
from towhee_recsys.config import load_config
from towhee_recsys.errors import ConfigError
load_config({"top_k": 3})
begun = time.process_time()
try:
    message = str(load_config(sys.argv[1]))
except ConfigError as error:
    message = str(error)
took = time.process_time() - begun
status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print(json.dumps({"message": message, "seconds": took, "bytes": 1024 * int(status["VmHWM"].split()[0])}))
"""
ALIASES = "a0: &a0 [x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
DEEP = "nested deeper than 50 levels."
BOMBS = {
    "aliases": (ALIASES, "anchors (&) and aliases (*) are not read; use `extends: FILE` or `${a.b}`."),
    "brackets": ("top_k: " + "[" * 5000 + "]" * 5000, DEEP),
    "braces": ("top_k: " + "{a: " * 5000 + "}" * 5000, DEEP),
    "indents": ("".join(f"{' ' * depth}a:\n" for depth in range(1000)), DEEP),
    "size": ("top_k: " + "x" * 2**24, "larger than 1 MiB, which is too large for a file of settings."),
}

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="memory is measured by Linux' /proc")


def measured(file: Path) -> dict:
    done = subprocess.run([sys.executable, "-c", READ, str(file)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def harmless(tmp_path_factory) -> dict:
    file = tmp_path_factory.mktemp("harmless") / "shop.yaml"
    file.write_text("extends: sample\ntop_k: 3\n")
    return measured(file)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_within_2_seconds_and_50_mb(name, harmless, tmp_path):
    content, message = BOMBS[name]
    file = tmp_path / "shop.yaml"
    file.write_text(content)
    found = measured(file)
    assert found["message"].startswith(f"{file}:")
    assert found["message"].endswith(message)
    assert found["seconds"] < 2
    assert found["bytes"] - harmless["bytes"] < 50e6
