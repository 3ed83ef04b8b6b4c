"""Commands that count from the next request on: feedback of users, and hidden items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from towhee_recsys.cli.common import Shown, configured, say
from towhee_recsys.cli.event_files import records_in, write_records
from towhee_recsys.errors import QueryError

if TYPE_CHECKING:
    from towhee_recsys.config import Config


AT_ONCE = 10_000
"""Events that are checked and added in one step."""


@click.command(epilog="Example: towhee-recsys feedback -c movielens_1m -u 1 -i 260 --rating 5")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("-u", "--user", metavar="ID", help="The user of one event.")
@click.option("-i", "--item", metavar="ID", help="Its item.")
@click.option("--rating", metavar="NUMBER", help="Its rating, where the dataset has ratings.")
@click.option("--event", metavar="TYPE", help="Its type, where the dataset has types of events.")
@click.option("--count", metavar="NUMBER", help="Its count, where the dataset has counts.")
@click.option("--time", metavar="TIME", help="Its time, where the dataset has times; now if left out.")
@click.option("--export", metavar="FILE", help="Write all events to a file, .csv or .jsonl, for the next training.")
@click.option("--forget", metavar="ID", help="Remove all events of a user, and the user's history.")
@configured()
def feedback(
    config: Config, progress: bool | None, file: str | None, export: str | None, forget: str | None, **given: str | None
) -> Shown:
    """Add interactions of users: the next request leaves these items out, and is moved by them.

    FILE is CSV with a header, or JSON lines (.jsonl), with the declared columns of interactions. An event replaces an
    older one of the same user and item, so a file can be added again.
    """
    actions = [file is not None, any(given.values()), export is not None, forget is not None]
    if sum(actions) != 1:
        raise click.UsageError("Give one of FILE, --user with --item, --export and --forget.")
    if export is not None:
        return _export(config, export)
    if forget is not None:
        return _forget(config, forget)
    added = _add(config, iter([_event(config, given)]) if file is None else records_in(Path(file)))
    return {"added": added}, lambda: say(f"Events added: {added:,}.")


@click.command(epilog="Example: towhee-recsys hide 260,1196 -c movielens_1m")
@click.argument("ids", required=False, metavar="[IDS]")
@configured()
def hide(config: Config, progress: bool | None, ids: str | None) -> Shown:
    """Hide items from all users, at once and until `show`; without IDS list the hidden items."""
    from towhee_recsys.lifecycle import hidden_items, hide_items

    if ids is None:
        found = sorted(hidden_items(config), key=str)
        return {"items": found}, lambda: say("\n".join([f"Hidden items: {len(found)}", *map(str, found)]))
    keys = _item_ids(config, ids)
    hidden = hide_items(config, keys)
    before = f"; hidden before: {len(keys) - hidden:,}" if hidden < len(keys) else ""
    return {"hidden": hidden, "hidden_before": len(keys) - hidden}, lambda: say(f"Items hidden: {hidden:,}{before}.")


@click.command(epilog="Example: towhee-recsys show 260,1196 -c movielens_1m")
@click.argument("ids", metavar="IDS")
@configured()
def show(config: Config, progress: bool | None, ids: str) -> Shown:
    """Show hidden items again, at once."""
    from towhee_recsys.lifecycle import show_items

    keys = _item_ids(config, ids)
    shown = show_items(config, keys)
    return {"shown": shown, "not_hidden": len(keys) - shown}, lambda: say(
        f"Items shown again: {shown:,}; not hidden before: {len(keys) - shown:,}."
    )


def _item_ids(config: Config, text: str) -> list[int | str]:
    """The distinct ids in a text such as 260,1196, of the type that the dataset has."""
    from towhee_recsys.cli.users import item_ids

    keys = list(dict.fromkeys(item_ids(config, text, "IDS")))
    if not keys:
        raise click.UsageError("IDS takes ids of items, such as 260,1196; none was given.")
    return keys


def _add(config: Config, records: Iterator[Any]) -> int:
    """Adds events, some at a time, and returns their number; raises what `add_feedback` raises."""
    from towhee_recsys.lifecycle import add_feedback

    added = 0
    while part := list(islice(records, AT_ONCE)):
        try:
            added += add_feedback(config, part)
        except QueryError as error:
            if not added:
                raise
            before = f" The {added:,} rows before are added; the number of the row is counted after them."
            raise QueryError(f"{error}{before}", error.field, error.accepted) from None
    return added


def _event(config: Config, given: dict[str, str | None]) -> dict[str, Any]:
    """The event that options describe, in the declared columns."""
    declared = config.dataset.interactions
    record = {}
    for option, value in given.items():
        if value is None:
            continue
        if (column := getattr(declared, option)) is None:
            kinds = [kind for kind in ("rating", "event", "count", "time") if getattr(declared, kind)]
            accepted = ", ".join(f"--{kind}" for kind in ("user", "item", *kinds))
            raise click.UsageError(f"--{option} {value}: the dataset declares no {option}. Accepted: {accepted}.")
        record[column] = value
    return record


def _export(config: Config, file: str) -> Shown:
    from towhee_recsys.lifecycle import exported_feedback
    from towhee_recsys.stores.feedback.reading import columns_of
    from towhee_recsys.support.output_file import OutputFile

    columns, written = columns_of(config.dataset.interactions), 0

    def fill(out: BinaryIO) -> None:
        nonlocal written
        written = write_records(out, file, columns, exported_feedback(config))

    OutputFile(file, "feedback").write(fill)
    return {"exported": written}, lambda: say(
        f"{written:,} events are in {file}. Add them to the dataset's interactions before the next training."
    )


def _forget(config: Config, text: str) -> Shown:
    from towhee_recsys.cli.users import user_id
    from towhee_recsys.lifecycle import forget_user

    found = forget_user(config, user_id(text))
    return {"forgotten": found}, lambda: say(
        f"User {text} is forgotten: events and history are removed." if found else f"There was nothing of user {text}."
    )
