"""Measures quality from scratch, beside other libraries; the results are in docs/quality.md.

python -m benchmarks.quality --set dataset.path=DIR [--only ROW] [--seeds 3] [--ablation]

It takes hours, mostly for SVD++ and the ablation. Each figure is stored as soon as it is measured: the same command
resumes, and measures again what was measured with other settings or data. Use --fresh after a change of code.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.case import config_parser
from benchmarks.quality_page import page
from benchmarks.quality_rows import ROWS
from benchmarks.quality_steps import Bench, check_peers
from towhee_recsys import RecsysError, __version__, load_config
from towhee_recsys.config import Config

PACKAGES = ("paddlepaddle", "numpy", "scipy", "implicit", "scikit-surprise")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the selected rows, and writes the page and its JSON."""
    given = _parser().parse_args(arguments)
    config = load_config(given.config, overrides=given.set)
    bench = Bench(config, Path(given.work).resolve(), given.fresh)
    rows = [ROWS[name] for name in given.only or ROWS]
    check_peers(rows)
    for row in rows:
        bench.run(row, given.seeds)
    if given.ablation:
        bench.ablate()
    document = {"run": _run(config, given.seeds), "steps": bench.kept.steps}
    _write(given.json, json.dumps(document, indent=1) + "\n")
    _write(given.write, page(document))


def _parser() -> argparse.ArgumentParser:
    parser = config_parser(__doc__)
    parser.add_argument(
        "--only", action="append", choices=ROWS, metavar="ROW", help=f"repeatable, of {', '.join(ROWS)}"
    )
    parser.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="draws of each row, starting at the config's seed"
    )
    parser.add_argument("--ablation", action="store_true", help="also train the default model without each feature")
    parser.add_argument("--fresh", action="store_true", help="discard earlier figures")
    parser.add_argument("--work", default="build/quality", metavar="DIR", help="for models and figures")
    parser.add_argument("--json", default="docs/quality.json", metavar="FILE")
    parser.add_argument("--write", default="docs/quality.md", metavar="FILE")
    return parser


def _run(config: Config, seeds: int) -> dict[str, Any]:
    """What the figures depend on besides the steps."""
    versions = {"towhee_recsys": __version__, "Python": platform.python_version()}
    return {
        "date": date.today().isoformat(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "versions": versions | {name: _version(name) for name in PACKAGES},
        "config": config.model_dump(mode="json", include={"objective", "features", "training", "seed"}),
        "seed": config.seed,
        "seeds": seeds,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    print(f"{path} is written", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
