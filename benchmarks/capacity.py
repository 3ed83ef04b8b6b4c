"""Searches on a Milvus server by the number of vectors, for docs/explanation/capacity.md and `towhee-recsys plan`.

python -m benchmarks capacity [--sizes N ...] [--index TYPE ...] [--json FILE] [--page]

For each size and type of index a server is started, and the library writes the vectors, waits until they are indexed,
and publishes them. All types are searched as wide as `milvus.recall` 0.99 has it. One search after the other is timed,
then as many as 16 threads send in 10 seconds; at last the server is started again, and its memory is read before and
after it loads the index.

The figures replace earlier ones of the same size and type in the JSON, after each: a run that was killed is continued
with those that it lacks. Then docs/explanation/capacity.md is written from all of them. Without --sizes 4,000 to
1,000,000 vectors are measured, which takes more than an hour on two cores; --page measures nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.alone import alone
from benchmarks.capacity_page import page
from benchmarks.capacity_run import measured
from benchmarks.peers import must_be_installed, must_have_milvus_server
from benchmarks.rows import circumstances
from towhee_recsys.lifecycle.measured import FILE, TYPES, Row, read_measured
from towhee_recsys.support.files import write_file

PACKAGES = ("pymilvus", "numpy")

SIZES = (4_000, 20_000, 100_000, 1_000_000)

PERFORMANCE, SERVICE = Path("docs/explanation/performance.json"), ("serving-server", "capacity")
"""Where the rate of the service is measured."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the selected sizes and types of index, and writes the JSON and the page."""
    given = _parser().parse_args(arguments)
    if not given.page:
        must_have_milvus_server()
        must_be_installed("psutil")
        for size in given.sizes:
            for index in given.index:
                print(f"{index}, {size:,} vectors ...", file=sys.stderr, flush=True)
                row = Row(**alone(measured, index, size))
                print(f"    {row}", file=sys.stderr, flush=True)
                _write(given.json, row)
    _write(given.json)
    place = Path("docs/explanation") if given.json == FILE else given.json.parent
    (place / "capacity.md").write_text(page(read_measured(given.json)), encoding="utf-8")
    print(f"{given.json} and {place / 'capacity.md'} are written", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks capacity", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="N", help="numbers of vectors")
    parser.add_argument("--index", nargs="+", default=TYPES, choices=TYPES, help="types of index")
    parser.add_argument("--json", type=Path, default=FILE, metavar="FILE", help="of the package by default; else the "
                        "page goes to the folder of FILE")  # fmt: skip
    parser.add_argument("--page", action="store_true", help="only write the page")
    return parser


def _write(file: Path, row: Row | None = None) -> None:
    """Writes the JSON with a row in place of the earlier one, and with the rate of the service as it is known now."""
    there = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {"run": {}, "rows": []}
    rows = {(each["index"], each["vectors"]): each for each in there["rows"]}
    if row:
        there["run"], rows[row.index, row.vectors] = circumstances(PACKAGES), vars(row)
    ordered = [rows[key] for key in sorted(rows, key=lambda key: (TYPES.index(key[0]), key[1]))]
    document = {"run": there["run"], "service_rate": service_rate(), "rows": ordered}
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, (json.dumps(document, indent=1) + "\n").encode())


def service_rate() -> float:
    """Requests a second of the service with a Milvus server and Redis on two cores: `serving-server`."""
    name, work = SERVICE
    rows = json.loads(PERFORMANCE.read_text(encoding="utf-8"))[name]["rows"]
    return round(next(row["ours"] for row in rows if row["work"].endswith(work)), 1)
