"""How good a config is that `towhee-recsys init` writes without any hint, beside the shipped one for the same data.

python -m benchmarks init [-c movielens_1m] [--set dataset.path=DIR] [--json]

The users, items and ratings of the dataset are written as CSV files, with titles such as "Toy Story (1995)". A config
is made of these three files alone, and a model is trained by it; the other is trained by the given config. Both are
measured on their own draw of the same protocol and seed: the order of the rows is the same, so that the same ratings
are held out.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.case import config_parser
from towhee_recsys import RecsysError, evaluate, load_config, read_dataset, train
from towhee_recsys.cli.common import table
from towhee_recsys.config import Config
from towhee_recsys.data.interactions import interactions_frame
from towhee_recsys.init import Wanted, create_config

METRICS = ("rmse", "ndcg@10")
ALLOWED = 0.01
"""The share of a metric of the shipped config by which that of the written one may be worse."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Writes the files, makes the config, trains and measures both, and prints their metrics."""
    parser = config_parser(__doc__)
    parser.add_argument("--work", default="build/init", metavar="DIR", help="for the files and the models")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args(arguments)
    found = measured(load_config(given.config, overrides=given.set), Path(given.work).resolve())
    print(json.dumps(found, indent=1)) if given.json else show(found)


def measured(config: Config, work: Path) -> dict[str, Any]:
    """The metrics by the shipped config and by the written one, and the seconds that `init` took."""
    work.mkdir(parents=True, exist_ok=True)
    path = config.dataset.path and str(Path(config.dataset.path).resolve())
    own: dict[str, Any] = {"model.dir": str(work / "shipped"), "dataset.path": path}
    shipped = load_config(config, **own)
    write_tables(shipped, work)
    with _working_in(work):
        began = time.perf_counter()
        files = {name: Path(f"{name}.csv") for name in ("interactions", "users", "items")}
        wanted = Wanted(files["interactions"], users=files["users"], items=files["items"], force=True)
        created = create_config(wanted)
        seconds = time.perf_counter() - began
        written = load_config(created.config, seed=config.seed, protocol=config.protocol)
        return {
            "seconds of init": seconds,
            "features": created.verdict.features,
            "bar": created.verdict.bar.metrics,
            "metrics": {"shipped config": _metrics(shipped), "config of init": _metrics(written)},
        }


def write_tables(config: Config, folder: Path) -> None:
    """Writes the dataset's users, items and interactions as CSV files."""
    dataset = read_dataset(config.dataset)
    declared = dataset.schema
    items = dataset.items.copy()
    for name in declared.items.lists:
        items[name] = items[name].map("|".join)
    if declared.items.title and "year" in items:
        years = items.pop("year")
        titles = zip(items[declared.items.title], years, strict=True)
        items[declared.items.title] = [title if pd.isna(year) else f"{title} ({int(year)})" for title, year in titles]
    names = {"user": declared.users.id, "item": declared.items.id, "value": "rating", "time": "timestamp"}
    dataset.users.to_csv(folder / "users.csv", index=False)
    items.to_csv(folder / "items.csv", index=False)
    interactions_frame(dataset).rename(columns=names).astype({"rating": int}).to_csv(
        folder / "interactions.csv", index=False
    )


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _metrics(config: Config) -> dict[str, float]:
    train(config, fresh=True)
    metrics = evaluate(config)["metrics"]
    return {name: metrics[name] for name in METRICS if name in metrics}


def show(found: dict[str, Any]) -> None:
    """Prints the metrics side by side, and whether the written config is good enough."""
    rows = [[name, *(metrics.get(metric, "") for metric in METRICS)] for name, metrics in found["metrics"].items()]
    table(f"init took {found['seconds of init']:.1f} s", ["", *METRICS], rows)
    worse = behind(*found["metrics"].values())
    for metric, share in worse.items():
        print(f"{metric}: {share:+.2%} worse than with the shipped config; at most {ALLOWED:.0%} is allowed")


def behind(shipped: dict[str, float], written: dict[str, float]) -> dict[str, float]:
    """By which share each metric of the second is worse than that of the first; below 0 where it is better."""
    signs = {"rmse": 1, "ndcg@10": -1}
    return {name: signs[name] * (written[name] / shipped[name] - 1) for name in METRICS if name in written}


if __name__ == "__main__":
    try:
        main()
    except RecsysError as error:
        sys.exit(f"error: {error}")
