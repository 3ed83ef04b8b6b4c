"""The command that shows why an item is not recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import Shown, configured, say
from towhee_recsys.cli.declared_flags import DeclaredFlagsCommand
from towhee_recsys.cli.requesting import request_of, request_options, user_options

if TYPE_CHECKING:
    from towhee_recsys.config import Config


@click.command("why-not", cls=DeclaredFlagsCommand, epilog="Example: towhee-recsys why-not -c movielens_1m -u 42 260")
@click.argument("item", metavar="ID|TITLE")
@user_options
@request_options
@configured()
def why_not(config: Config, progress: bool | None, item: str, **options: Any) -> Shown:
    """Show why an item, given by id or by title, is not recommended: its score, its rank and the rules against it."""
    from towhee_recsys.lifecycle.published import published_config
    from towhee_recsys.pipelines import why_not as answer_of

    request = request_of(published_config(config), **options)
    found = answer_of(config, request, item)
    title = found["item"].get(config.dataset.items.title or "", item)
    return {"user": request["user"], **found}, lambda: _show(found, title)


def _show(found: dict[str, Any], title: str) -> None:
    rating = f", predicted rating {found['predicted_rating']:.1f}" if "predicted_rating" in found else ""
    rating += f" ± {found['predicted_rating_std']:.1f}" if "predicted_rating_std" in found else ""
    say(f"{title}: score {found['score']:.4f}{rating}")
    if found["rank"] is not None:
        others = f"{found['rank_of_allowed']:,} of those that may be recommended"
        say(f"Number {found['rank']:,} of {found['items']:,} items, {others}")
    if found["recommended"]:
        say("It is recommended.")
    for each in found["kept_out_by"]:
        say(f"- {each['rule']}: {each['because']}")
