"""The command that serves over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import configured

if TYPE_CHECKING:
    from towhee_recsys.config import Config

Shown = tuple[Any, Callable[[], None]]


@click.command(epilog="Example: towhee-recsys serve -c movielens_1m, then open http://127.0.0.1:8000")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Another one needs a token.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="N")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; several need a Milvus server.",
)
@configured()
def serve(config: Config, progress: bool | None, host: str, port: int, workers: int) -> Shown:
    """Serve recommendations over HTTP, with a page at / and the API's documentation at /docs."""
    try:
        from towhee_recsys.service import serve as run
    except ImportError as error:
        raise click.ClickException(
            f"serve needs the package {error.name}: install it with pip install 'towhee_recsys[serve]'."
        ) from None
    run(config, host, port, workers, quiet=progress is False)
    return {"stopped": True}, lambda: None
