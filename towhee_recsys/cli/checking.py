"""Commands about configs themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from towhee_recsys.cli.common import configured
from towhee_recsys.config import Config, config_schema, dump_config


@click.command(epilog="Example: towhee-recsys validate -c my.yaml")
@configured()
def validate(config: Config, progress: bool | None) -> tuple[Any, Callable[[], None]]:
    """Check a config, and print it with every setting that it leaves out."""
    from towhee_recsys.evaluation.gates import read_gates

    check_stores(config)
    read_gates(config)
    return {"valid": True, "config": config.model_dump(mode="json")}, lambda: click.echo(dump_config(config), nl=False)


def check_stores(config: Config) -> None:
    """Raises StoreError when the config names a store of a kind that is not there; opens none."""
    from towhee_recsys.catalogue import check_url
    from towhee_recsys.index import check_uri

    check_uri(config.milvus.uri)
    check_url(config.catalogue)


@click.command(epilog="Example: towhee-recsys schema -o config.schema.json")
@click.option("-o", "--output", metavar="FILE", help="Where to write it; left out, to stdout.")
def schema(output: str | None) -> None:
    """Write the JSON Schema of configs, for editors that complete and check YAML by one."""
    text = json.dumps(config_schema(), indent=1)
    if output is None:
        click.echo(text)
    else:
        Path(output).write_text(text + "\n", encoding="utf-8")
        click.echo(f"JSON Schema in {output}")
