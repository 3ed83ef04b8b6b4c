"""Measures quality from scratch, beside other libraries; the results are in docs/explanation/quality.md.

python -m benchmarks.quality --set dataset.path=DIR [--only PART] [--seeds 3] [--ablation] [--fresh=models]

It takes hours, mostly for SVD++ and the ablation. Each figure is stored in the JSON as soon as it is measured, with the
date and the commit: the same command resumes, and measures again what was measured with other settings, data or
versions of a library. After a change of code, --fresh=models measures our models again, and --fresh=all the other
libraries, too. The ablation is only measured, or measured again, with --ablation.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.case import config_parser
from benchmarks.purchases import check_purchases
from benchmarks.quality_in_time import IN_TIME
from benchmarks.quality_kept import Kept
from benchmarks.quality_page import page
from benchmarks.quality_peers import check_peers
from benchmarks.quality_rows import ROWS
from benchmarks.quality_steps import Bench
from benchmarks.rows import version_of
from towhee_recsys import RecsysError, __version__, load_config
from towhee_recsys.config import Config

PACKAGES = ("paddlepaddle", "numpy", "scipy", "implicit", "scikit-surprise")

SLICES, IN_TIME_PART = "slices", "leave-last-out"
PARTS = (*ROWS, SLICES, IN_TIME_PART)
"""What `--only` takes: rows of the table, the comparison by slices, and data with times."""

FRESH = ("models", "all")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the selected parts, and writes the page and its JSON."""
    given = _parser().parse_args(arguments)
    if given.page_only:
        return _write_page(given.write, Kept(Path(given.json)), Path(given.performance))
    config = load_config(given.config, overrides=given.set)
    parts = given.only or PARTS
    rows = [ROWS[name] for name in parts if name in ROWS]
    check_peers(rows)
    if IN_TIME_PART in parts:
        check_purchases()
    kept = Kept(Path(given.json))
    bench = Bench(config, Path(given.work).resolve(), kept)
    if given.fresh:
        bench.discard(peers=given.fresh == "all", ablation=given.ablation)
    kept.run = _run(config, given.seeds)
    for row in rows:
        bench.run(row, given.seeds)
    if SLICES in parts:
        bench.slices()
    for name in IN_TIME if IN_TIME_PART in parts else ():
        bench.in_time(name, given.seeds)
    if given.ablation:
        bench.ablate()
    kept.write()
    _write_page(given.write, kept, Path(given.performance))


def _parser() -> argparse.ArgumentParser:
    parser = config_parser(__doc__)
    parser.add_argument(
        "--only", action="append", choices=PARTS, metavar="PART", help=f"repeatable, of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--seeds", type=int, default=3, metavar="N", help="draws of each row, starting at the config's seed"
    )
    parser.add_argument("--ablation", action="store_true", help="also train the default model without each feature")
    parser.add_argument(
        "--fresh", nargs="?", choices=FRESH, const="all", help="discard earlier figures: of our models, or all"
    )
    parser.add_argument("--page-only", action="store_true", help="measure nothing, write the page again")
    parser.add_argument("--work", default="build/quality", metavar="DIR", help="for models")
    parser.add_argument("--json", default="docs/explanation/quality.json", metavar="FILE", help="for figures")
    parser.add_argument("--write", default="docs/explanation/quality.md", metavar="FILE", help="the page")
    parser.add_argument(
        "--performance",
        default="docs/explanation/performance.json",
        metavar="FILE",
        help="has the processor seconds of training",
    )
    return parser


def _run(config: Config, seeds: int) -> dict[str, Any]:
    """What the figures depend on besides the steps."""
    versions = {"towhee_recsys": __version__, "Python": platform.python_version()}
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "versions": versions | {name: version_of(name) for name in PACKAGES},
        "config": config.model_dump(mode="json", include={"objective", "features", "training", "seed"}),
        "seed": config.seed,
        "seeds": seeds,
    }


def _write_page(path: str, kept: Kept, performance: Path) -> None:
    speed = json.loads(performance.read_text(encoding="utf-8")) if performance.is_file() else {}
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(page({"run": kept.run, "steps": kept.steps}, speed), encoding="utf-8")
    print(f"{path} is written", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
