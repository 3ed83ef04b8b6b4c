"""Measures speed; the results are in docs/explanation/performance.md.

python -m benchmarks [NAME ...] [-c movielens_1m] [--set dataset.path=DIR] [--quick]

Without NAME, runs all benchmarks, each in its own process. The figures of a benchmark replace its earlier figures in
the JSON, and the page is generated again from it; `page` only generates the page. The libraries that are compared are
in benchmarks/requirements.txt. `quality`, `planted`, `folds`, `main_job`, `added_items`, `feedback`, `init` and
`capacity` are separate commands: see `python -m benchmarks quality --help`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.case import Case
from benchmarks.performance_page import page, table_of
from benchmarks.performance_pictures import draw
from benchmarks.rows import Row, circumstances, to_json
from towhee_recsys import RecsysError, load_config
from towhee_recsys.cli.common import table

BENCHMARKS = (
    *("request", "request-server", "batch", "bulk", "threads", "tower", "fold-in"),
    *("serving", "serving-server", "index", "scale", "query-scale"),
    *("interactions", "learning", "continued", "workers", "startup", "memory"),
)
"""The names of the benchmark modules, with `-` for `_`, in the order of the page."""

COMMANDS = ("quality", "planted", "folds", "main_job", "added_items", "feedback", "init", "capacity")

PAGE = "page"


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the selected benchmarks, prints their results, and writes the JSON and the page."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments and arguments[0] in COMMANDS:
        return module(arguments[0]).main(arguments[1:])
    given = _parser().parse_args(arguments)
    work = Path(given.work).resolve()
    path = Path(given.json or (work / "quick.json" if given.quick else "docs/explanation/performance.json"))
    names = given.names or list(BENCHMARKS)
    if given.choose and names != ["continued"]:
        sys.exit(f"error: --choose: given {', '.join(names)}, accepted: continued, whose settings are chosen.")
    for name in names:
        check(name)
    if len(names) > 1:
        return _each_alone(names, given)
    case = Case(load_config(given.config, overrides=given.set), work, given.quick, given.largest)
    if given.choose:
        return module(f"{names[0]}-choice").choose(case)
    if names != [PAGE]:
        rows = module(names[0]).measure(case)
        table(names[0], *table_of(rows))
        _merge(path, names[0], rows)
    _write_page(path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", type=_known, metavar="NAME", help=f"of {', '.join((*BENCHMARKS, PAGE))}")
    parser.add_argument("-c", "--config", default="movielens_1m")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--quick", action="store_true", help="few runs each, to check that all work; into quick.json")
    parser.add_argument(
        "--choose", action="store_true", help="with continued: compare its settings on validation data; writes nothing"
    )
    parser.add_argument("--largest", type=int, default=1_000_000, metavar="ITEMS", help="skip larger catalogues")
    parser.add_argument("--work", default="build/bench", metavar="DIR", help="for models and indexes")
    parser.add_argument(
        "--json", metavar="FILE", help="docs/explanation/performance.json by default; the page goes to its folder"
    )
    return parser


def _known(name: str) -> str:
    """`name`, if it is known; with argparse's `choices`, NAME would be required."""
    if name not in (*BENCHMARKS, PAGE):
        raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join((*BENCHMARKS, *COMMANDS, PAGE))}")
    return name


def module(name: str) -> Any:
    """The module of a benchmark or command."""
    return import_module(f"benchmarks.{name.replace('-', '_')}")


def check(name: str) -> None:
    """Raises EvaluationError if a requirement of the benchmark is missing."""
    if name != PAGE:
        getattr(module(name), "check", lambda: None)()


def _each_alone(names: Sequence[str], given: argparse.Namespace) -> None:
    """Runs each in its own process, so that modules, caches and locks of one do not affect another."""
    options = ["--config", given.config, "--work", given.work, "--largest", str(given.largest)]
    options += [f"--set={each}" for each in given.set]
    options += [*(["--quick"] if given.quick else []), *(["--json", given.json] if given.json else [])]
    failed = [name for name in names if subprocess.run([sys.executable, "-m", "benchmarks", name, *options]).returncode]
    if failed:
        sys.exit(f"error: {', '.join(failed)} failed; the others are written.")


def _merge(path: Path, name: str, rows: Sequence[Row]) -> None:
    document = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    document[name] = {"run": circumstances(module(name).PACKAGES), "rows": to_json(rows)}
    ordered = {each: document[each] for each in BENCHMARKS if each in document}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")


def _write_page(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    modules = {name: module(name) for name in document}
    pictures = draw(document, path.parent)
    path.with_suffix(".md").write_text(page(document, modules, pictures), encoding="utf-8")
    print(f"{path} and {path.with_suffix('.md')} are written", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
