"""The commands that serve: over HTTP, and as tools of the Model Context Protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from towhee_recsys.cli.common import Shown, configured

if TYPE_CHECKING:
    from towhee_recsys.config import Config


@click.command(epilog="Example: towhee-recsys mcp -c movielens_1m, as the command of a server in a client's settings")
@configured()
def mcp(config: Config, progress: bool | None) -> Shown:
    """Offer the recommender as tools of the Model Context Protocol, on standard input and output."""
    from towhee_recsys.cli.mcp_tools import tools_of

    try:
        server = tools_of(config)
    except ImportError as error:
        raise _missing("mcp", error) from None
    server.run()
    return {"stopped": True}, lambda: None


@click.command(epilog="Example: towhee-recsys serve -c movielens_1m, then open http://127.0.0.1:8000")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Another one needs a token.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, metavar="N", help="0 takes a free one."
)
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
        raise _missing("serve", error) from None
    run(config, host, port, workers, quiet=progress is False)
    return {"stopped": True}, lambda: None


def _missing(command: str, error: ImportError) -> click.ClickException:
    return click.ClickException(
        f"{command} needs the package {error.name}: install it with pip install 'towhee_recsys[{command}]', "
        f"or in a checkout with pip install -e '.[{command}]'."
    )
