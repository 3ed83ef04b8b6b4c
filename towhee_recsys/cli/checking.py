"""Commands that check a config and everything that it names."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from towhee_recsys.cli.common import Shown, config_option, configuration, say, showing
from towhee_recsys.support.terminal import visible

if TYPE_CHECKING:
    from towhee_recsys.config import Config

COLOURS = {"ok": "green", "warning": "yellow", "failed": "red", "not checked": None}
"""Colours of the doctor's states, on a terminal."""


@click.command(epilog="Example: towhee-recsys validate -c my.yaml")
@config_option()
@showing
def validate(name: str, overrides: tuple[str, ...], progress: bool | None) -> Shown:
    """Check a config, and print it with the defaults of all settings that it leaves out.

    It reads no data: `train` checks the declared columns, and `doctor` all that exists. Passwords are hidden, and what
    comes from the environment is printed as ${env:NAME}.
    """
    from towhee_recsys.config import dump_settings, shown_settings
    from towhee_recsys.evaluation.gates import read_gates

    config = configuration(name, overrides)
    check_stores(config)
    read_gates(config.require, config.protocol, config.dataset.feedback)
    shown = shown_settings(name, overrides=overrides)

    def show() -> None:
        say(dump_settings(shown).rstrip())
        say("# The config is valid. No data were read.")

    return {"valid": True, "config": shown}, show


def check_stores(config: Config) -> None:
    """Checks the addresses of the stores without connecting.

    Raises:
        StoreError: the config names a kind of store that does not exist, or its package is not installed.
    """
    from towhee_recsys.stores.keyed import check_url
    from towhee_recsys.stores.vectors import check_uri

    check_uri(config.milvus.uri, config.milvus.access.model_dump())
    check_url(config.catalogue, "catalogue")
    check_url(config.history_url, "history")
    check_url(config.feedback_url, "feedback")


@click.command(epilog="Example: towhee-recsys doctor -c my.yaml")
@click.option(
    "--items", type=int, default=20, show_default=True, metavar="N", help="How many items to check one by one."
)
@config_option()
@showing
def doctor(name: str, overrides: tuple[str, ...], progress: bool | None, items: int) -> Shown:
    """Check everything that a config names: one line for each check, with the fix if it fails.

    Checks the files, the model, the stores, the vectors and facts of some items, and unfinished work. Changes nothing.
    The exit code is 1 if a check has failed.
    """
    from towhee_recsys.lifecycle.doctor import examine

    found = examine(name, overrides=overrides, items=items)
    states = Counter(each.state for each in found)
    failed, warnings = states["failed"], states["warning"]

    def show() -> None:
        for each in found:
            click.echo(f"{click.style(f'{each.state:11}', COLOURS[each.state])}  {each.check:14}  {visible(each.text)}")
        click.echo(f"{failed} of {len(found)} checks failed." if failed else "No check failed.")
        if warnings:
            click.echo(f"{warnings} of {len(found)} checks gave a warning: see above what to do.")

    return {"healthy": not failed, "checks": [asdict(each) for each in found]}, show


@click.command(epilog="Example: towhee-recsys schema -o config.schema.json")
@click.option("-o", "--output", metavar="FILE", help="The file to write; stdout by default.")
def schema(output: str | None) -> None:
    """Write the JSON Schema of configs, with which editors complete and check YAML."""
    from towhee_recsys.config import config_schema
    from towhee_recsys.support.output_file import OutputFile

    text = json.dumps(config_schema(), indent=1)
    if output is None:
        click.echo(text)
    else:
        OutputFile(output, "schema").write(text + "\n")
        click.echo(f"JSON Schema in {output}")
