"""What the tests of the examples with data of their own share: shop, tracks, articles."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def generator(name: str) -> ModuleType:
    """The script that writes the data of an example."""
    module_name = f"{name}_generate"
    spec = spec_from_file_location(module_name, EXAMPLES / name / "generate.py")
    assert spec
    assert spec.loader
    module = sys.modules[module_name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings_in(name: str, folder: Path) -> list[str]:
    """What is set on top of an example's config: where things lie."""
    return [
        f"dataset.path={EXAMPLES / name}",
        "dataset.strict=true",
        f"model.dir={folder / 'model'}",
        f"milvus.uri={folder / 'items.db'}",
        f"catalogue=sqlite:///{folder / 'items.sqlite'}",
        "training.device=cpu",
    ]


def config_file(name: str) -> Path:
    """The config of an example."""
    return EXAMPLES / name / f"{name}.yaml"


def command(name: str, *arguments: str, settings: Sequence[str]) -> Any:
    """The JSON document that a command prints on an example."""
    sets = [argument for setting in settings for argument in ("--set", setting)]
    ran = subprocess.run(
        [sys.executable, "-m", "towhee_recsys", *arguments, "-c", str(config_file(name)), *sets, "--json"],
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def assert_committed_as_written(name: str, generate: ModuleType, folder: Path) -> None:
    """The committed files are what the script writes into `folder`, and small."""
    generate.write(folder)
    written = sorted(folder.iterdir())
    assert [path.name for path in written] == sorted(path.name for path in (EXAMPLES / name).glob("*.csv"))
    for path in written:
        assert path.read_bytes() == (EXAMPLES / name / path.name).read_bytes(), f"regenerate {path.name}"
    assert sum(path.stat().st_size for path in written) < 400_000
