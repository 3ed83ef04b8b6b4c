"""The option `--profile`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click


def profiling(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command `--profile`. Use it above `configured`, so that the profile includes loading the config."""

    @click.option("--profile", metavar="FILE", help="Also write a profile of the time as text; - is stdout.")
    @functools.wraps(command)
    def run(profile: str | None, **options: Any) -> int:
        if profile is None:
            return command(**options)
        if profile == "-" and options["as_json"]:
            raise click.UsageError("--profile - and --json both write to stdout. Give a file: --profile FILE.")
        from towhee_recsys.support.profiling import profiled

        with profiled(profile, f"towhee-recsys {click.get_current_context().info_name}"):
            return command(**options)

    return run
