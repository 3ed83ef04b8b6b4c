"""Bulk answers on the command line: `recommend --users FILE|all -o FILE`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import Shown, add_options, say

if TYPE_CHECKING:
    from towhee_recsys.config import Config


def engine_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command `--engine`, `--address` and `--workers`, as `engine`, `address` and `workers`."""
    return add_options(
        command,
        click.option(
            "--engine", type=click.Choice(["local", "ray"]), help="Where the work is done: on this machine, or by Ray."
        ),
        click.option("--address", metavar="ADDRESS", help="Of a Ray cluster: auto, HOST:PORT or ray://HOST:PORT."),
        click.option("--workers", type=click.IntRange(min=1), metavar="N", help="How many processes work at once."),
    )


def bulk_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command `--users`, `-o` and those of `engine_options`, as `users`, `output`, `engine` and so on."""
    users = click.option("--users", metavar="FILE|all", help="Answer the users of a table, or all that are known.")
    output = click.option("-o", "--output", metavar="FILE", help="With --users: a .parquet, .jsonl or .csv file.")
    return users(output(engine_options(command)))


def without_bulk_options(**given: Any) -> None:
    """Raises click.UsageError where an option is given that only `--users` has."""
    if wrong := [name for name, value in given.items() if value is not None]:
        raise click.UsageError(f"--{wrong[0]} needs --users. Add --users FILE|all, or leave out --{wrong[0]}.")


def recommend_in_bulk(
    config: Config,
    request: dict[str, Any],
    users: str,
    output: str | None,
    progress: bool | None,
    engine: Mapping[str, Any],
) -> Shown:
    """Writes the recommendations for the users in a file; `request` is what the other options give.

    Raises:
        click.UsageError: there is no output, or the options describe one user.
    """
    from towhee_recsys.bulk import recommend_all

    if output is None:
        raise click.UsageError("--users needs -o FILE, which ends in .parquet, .jsonl or .csv.")
    options = {name: value for name, value in request.items() if name != "user"}
    if request["user"]:
        raise click.UsageError(f"--users and the user {request['user']} are given. Leave one of them out.")
    given = {name: value for name, value in engine.items() if value is not None}
    found = recommend_all(config, users, output, progress=progress, **given, **options)
    resumed = f", {found.resumed:,} of them in an earlier run" if found.resumed else ""
    return vars(found), lambda: say(f"{found.users:,} users got {found.rows:,} recommendations{resumed}: {output}")
