"""The command that writes a config from data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import Shown, printing, say, table

if TYPE_CHECKING:
    from towhee_recsys.init import Created, Verdict
    from towhee_recsys.init.ids import Ids

COLUMNS = {
    "user": "the users' ids",
    "item": "the items' ids",
    "rating": "ratings",
    "event": "types of events",
    "count": "numbers of times",
    "time": "times",
}


def _column_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for role, what in reversed(COLUMNS.items()):
        text = f"The column of the interactions with {what}, where it is not found."
        command = click.option(f"--{role}", f"column_{role}", metavar="COLUMN", help=text)(command)
    return command


@click.command(epilog="Example: towhee-recsys init orders.csv --items products.csv --users customers.csv -o shop.yaml")
@click.argument("interactions", metavar="INTERACTIONS|DIR")
@click.option("--from", "layout", metavar="LAYOUT", help="What the folder DIR has: movielens, recbole or gorse.")
@click.option("--items", metavar="FILE", help="The table of items.")
@click.option("--users", metavar="FILE", help="The table of users.")
@click.option("-o", "--output", default="config.yaml", show_default=True, metavar="FILE", help="The config to write.")
@click.option("--force", is_flag=True, help="Replace a config that is there.")
@_column_options
@printing
def init(
    interactions: str,
    items: str | None,
    users: str | None,
    layout: str | None,
    output: str,
    force: bool,
    progress: bool | None,
    **columns: str | None,
) -> Shown:
    """Write a config for tables of yours: what their columns mean is found by their content.

    Files are CSV, TSV, JSON lines or Parquet, compressed or not, or text with other separators.
    """
    from towhee_recsys.init import Wanted, create_config

    known = {role: columns[f"column_{role}"] for role in COLUMNS}
    wanted = Wanted(
        Path(interactions).expanduser(),
        users=Path(users).expanduser() if users else None,
        items=Path(items).expanduser() if items else None,
        columns={role: name for role, name in known.items() if name},
        output=Path(output).expanduser(),
        force=force,
        layout=layout,
    )
    may_ask = progress is not False and sys.stdin.isatty() and sys.stdout.isatty()
    created = create_config(wanted, _ask if may_ask else None)
    return {"config": str(created.path), **created.verdict.to_json()}, lambda: _show(created)


def _ask(candidates: list[Ids]) -> Ids:
    for number, ids in enumerate(candidates, 1):
        say(f"{number}: users in {ids.user!r}, items in {ids.item!r}")
    answer = click.prompt("Which are the users and the items", type=click.IntRange(1, len(candidates)), default=1)
    return candidates[answer - 1]


def _show(created: Created) -> None:
    verdict = created.verdict
    table("The data", ["", "Figure"], [[name, figure] for name, figure in _figures(verdict)])
    table("Columns of the interactions", ["Role", "Column"], [[role, name] for role, name in verdict.columns.items()])
    features = [[side, ", ".join(columns)] for side, columns in verdict.features.items()]
    table("Features", ["Side", "Columns"], features)
    if left := [[name, column, why] for name, found in verdict.left_out.items() for column, why in found.items()]:
        table("Left out", ["Table", "Column", "Why"], left)
    if verdict.leaks:
        say(f"Made from the interactions, and left out: {', '.join(verdict.leaks)}")
    if verdict.bad_rows:
        table("Skipped rows", ["", "Rows"], [[reason, f"{count:,}"] for reason, count in verdict.bad_rows.items()])
    _show_bar(verdict)
    for name, (value, why) in {"objective": verdict.objective, "protocol": verdict.protocol}.items():
        say(f"{name}: {value}: {why}")
    for setting, why in verdict.unsure.items():
        say(f"unsure: {setting}: {why}")
    say(f"Config in {created.path}. Next: towhee-recsys train -c {created.path}")


def _figures(verdict: Verdict) -> list[tuple[str, str]]:
    counts = [(name, f"{count:,}") for name, count in verdict.counts.items()]
    cold = [(f"{side} with fewer than 5", f"{share:.1%}") for side, share in verdict.cold.items()]
    orphans = [(f"of {side} that are not in their table", f"{count:,}") for side, count in verdict.orphans.items()]
    density = ("pairs with an interaction", f"{verdict.density:.3%}")
    return [*counts, density, ("repeated interactions", f"{verdict.repeated:,}"), *orphans, *cold]


def _show_bar(verdict: Verdict) -> None:
    bar = verdict.bar
    if bar.problem:
        return say(f"The baselines cannot be measured: {bar.problem}")
    rows = [[name, metric, f"{value:.4f}"] for name, found in bar.metrics.items() for metric, value in found.items()]
    table(f"To beat, by {verdict.protocol[0]}{f' on {bar.sample}' if bar.sample else ''}", ["", "Metric", ""], rows)
