"""The `export` command: a recommender as one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from towhee_recsys.cli.common import Shown, configured, say

if TYPE_CHECKING:
    from towhee_recsys.config import Config


@click.command(epilog="Example: towhee-recsys export -c movielens_1m --html demo.html")
@click.option("--html", metavar="FILE", required=True, help="The file to write: the page, which works offline.")
@configured()
def export(config: Config, progress: bool | None, html: str) -> Shown:
    """Write the page of the live index as one HTML file, which recommends in the browser, without a network.

    It takes at most 20,000 items. Its scores are approximate: vectors are rounded to 8 bits, and what a visitor likes
    moves the list by a fitted rule. It has no known users in it.
    """
    from towhee_recsys.page import export_page

    items = export_page(config, html)
    return {"file": html, "items": items}, lambda: say(f"{html}: {items} items. Open it in a browser.")
