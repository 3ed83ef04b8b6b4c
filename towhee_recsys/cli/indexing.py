"""The `index` command: build an index, add and delete items, list, drop and copy builds, and roll back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.bulk import engine_options
from towhee_recsys.cli.common import Shown, configured, say, table
from towhee_recsys.cli.profiling import profiling
from towhee_recsys.cli.users import item_ids

if TYPE_CHECKING:
    from towhee_recsys.config import Config
    from towhee_recsys.engines import EngineName
    from towhee_recsys.lifecycle import IndexBuild


KEEP = 2
"""Builds that --gc keeps."""


@click.command(epilog="Example: towhee-recsys index -c movielens_1m --add movies_new.dat")
@click.option(
    "--add", metavar="FILE", help="Add the items of a file in the dataset's format; the model need not have seen them."
)
@click.option("--delete", metavar="IDS", help="Delete items, such as 260,1196, from the live index.")
@click.option("--list", "list", is_flag=True, help="List all builds, with their models.")
@click.option("--rollback", is_flag=True, help="Make the previous build live again, with all that belongs to it.")
@click.option("--gc", is_flag=True, help="Drop old and unfinished builds.")
@click.option(
    "--keep", type=click.IntRange(min=1), metavar="N", help="With --gc: how many builds to keep; 2 by default."
)
@click.option(
    "--to",
    metavar="URI|CONFIG",
    help="Copy the live index to another Milvus, a file.db, a server or that of a config, and make it live.",
)
@engine_options
@profiling
@configured()
def index(
    config: Config,
    progress: bool | None,
    keep: int | None,
    engine: EngineName | None,
    address: str | None,
    workers: int | None,
    **given: Any,
) -> Shown:
    """Put all items' vectors into Milvus and their facts into the catalogue.

    The live index answers until the new build is complete; then it is kept for a rollback.

    With --add, --delete, --list, --rollback, --gc or --to, do that instead. Added and deleted items stay so until
    the next build, which contains the items of the dataset.
    """
    given_actions = [name for name in ACTIONS if given[name] not in (None, False)]
    if len(given_actions) > 1:
        raise click.UsageError(f"{_named(given_actions)} are given. Give one of {_named(ACTIONS)}, or none to build.")
    if keep is not None and given_actions != ["gc"]:
        raise click.UsageError("--keep needs --gc. Add --gc, or leave out --keep.")
    where = {"engine": engine, "address": address, "workers": workers}
    if not given_actions:
        return _build(config, progress, where)
    if used := [name for name, value in where.items() if value is not None]:
        raise click.UsageError(f"{_named([*used, *given_actions])} are given. An engine builds; leave one of them out.")
    if given_actions == ["add"]:
        return _add(config, given["add"], progress)
    if given_actions == ["to"]:
        return _copy(config, given["to"], progress)
    given["gc"] = keep or KEEP
    return ACTIONS[given_actions[0]](config, given[given_actions[0]])


def build_index(
    config: Config, progress: bool | None = False, where: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Runs the index pipeline and returns the record of the live index.

    `progress` shows a bar; None shows it only on a terminal. `where` has the arguments of `open_engine` that are given.
    """
    from towhee_recsys.data import ensure_dataset
    from towhee_recsys.engines import open_engine
    from towhee_recsys.pipelines import index_pipeline
    from towhee_recsys.stores.vectors import index_of

    ensure_dataset(config.dataset)
    named = {name: value for name, value in (where or {}).items() if value is not None}
    with (
        open_engine(named.pop("engine", "local"), **named) if named else nullcontext() as engine,
        _bar("index", config, None, progress) as bar,
        index_of(config.milvus).progress.observe(bar.update),
    ):
        record = index_pipeline(config, engine)().get()[0]
    return vars(record)


@contextmanager
def _bar(name: str, config: Config, file: str | None, progress: bool | None) -> Iterator[Any]:
    """A bar for how many items of the dataset, or of `file`, are in the index, and the remaining time."""
    from towhee_recsys.data import count_items
    from towhee_recsys.support.progress import progress_bar

    with progress_bar(progress, desc=name, unit="item") as bar:
        if not bar.disable:
            bar.total = count_items(config.dataset, file)
        yield bar


def _build(config: Config, progress: bool | None, where: Mapping[str, Any]) -> Shown:
    result = build_index(config, progress, where)
    return result, lambda: _show_record(config, result)


def _add(config: Config, file: str, progress: bool | None = False) -> Shown:
    from towhee_recsys.pipelines import add_items

    with _bar("add", config, file, progress) as bar:
        added = add_items(config, file, on_written=bar.update)
    return {"added": added}, lambda: say(
        f"{added:,} items of {file} are in the index. Add them to the dataset, too: "
        "the next build contains what the dataset contains."
    )


def _delete(config: Config, ids: str) -> Shown:
    from towhee_recsys.lifecycle import delete_items

    given = set(item_ids(config, ids, "--delete"))
    if not given:
        raise click.UsageError("--delete takes ids of items, such as 260,1196; none was given.")
    deleted = delete_items(config, sorted(given, key=str))
    return {"deleted": deleted, "not_there": len(given) - deleted}, lambda: say(
        f"{deleted:,} of {len(given):,} items were in the index and are deleted. "
        "Delete them from the dataset, too: the next build contains what the dataset contains."
    )


def _list(config: Config, _: bool) -> Shown:
    from towhee_recsys.lifecycle import index_builds

    builds = index_builds(config)

    def show() -> None:
        if not builds:
            say("There is no build yet. Create one with `towhee-recsys index -c CONFIG`.")
            return
        columns = ["", "Build", "Model", "Its files", "Items", "Published (UTC)"]
        columns += ["Recall"] * any(each.recall is not None for each in builds)
        table(f"Builds of {config.milvus.collection}", columns, [_row(each)[: len(columns)] for each in builds])

    return {"builds": [asdict(each) for each in builds]}, show


def _rollback(config: Config, _: bool) -> Shown:
    from towhee_recsys.lifecycle import rollback_index

    result = vars(rollback_index(config))
    return result, lambda: _show_record(config, result)


def _gc(config: Config, keep: int) -> Shown:
    from towhee_recsys.lifecycle import gc_index

    dropped = gc_index(config, keep)
    return {"dropped": dropped}, lambda: say(
        "\n".join([f"Dropped: {len(dropped)}", *dropped]) if dropped else "Nothing to drop."
    )


def _copy(config: Config, to: str, progress: bool | None = False) -> Shown:
    from towhee_recsys.lifecycle import copy_index
    from towhee_recsys.stores.vectors import index_of
    from towhee_recsys.support.progress import progress_bar
    from towhee_recsys.support.urls import shown_url

    with progress_bar(progress, desc="copy", unit="item") as bar:
        live = index_of(config.milvus, create=False).record
        bar.total = live.rows if live else None
        record = copy_index(config, to, on_written=bar.update)
    return vars(record), lambda: say(
        f"{record.rows:,} items are live in {shown_url(to)}, too. Restart the services with a config of that Milvus, "
        "and do not index with the old one any more. Until then, the same command copies what has changed."
    )


ACTIONS: dict[str, Callable[[Config, Any], Shown]] = {
    "add": _add,
    "delete": _delete,
    "list": _list,
    "rollback": _rollback,
    "gc": _gc,
    "to": _copy,
}


def _show_record(config: Config, record: dict[str, Any]) -> None:
    from towhee_recsys.support.urls import shown_url

    hidden = {"pending", *(["recall", "search"] if record["recall"] is None else [])}
    shown = {**record, "search": _readable_search(record["search"])}
    rows = [[key, _readable(value)] for key, value in shown.items() if key not in hidden]
    table(f"Index {shown_url(config.milvus.uri)}", ["", "Value"], rows)


def _readable(value: Any) -> Any:
    """A mapping of the declared fields as `year (number), genres (texts)`."""
    if not isinstance(value, Mapping):
        return value
    return ", ".join(f"{name} ({kind})" for name, kind in value.items() if not name.startswith("@"))


def _named(options: Any) -> str:
    *most, last = [f"--{name}" for name in options]
    return f"{', '.join(most)} and {last}"


def _row(build: IndexBuild) -> list[Any]:
    published = build.published.replace("T", " ").partition(".")[0] if build.published else "not finished"
    model, location = build.model_id or "unknown", "here" if build.model_in else "not here"
    recall = "" if build.recall is None else f"{build.recall:.4f} ({_readable_search(build.search)})"
    return ["live" if build.live else "", build.build, model, location, build.rows, published, recall]


def _readable_search(search: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {value}" for name, value in search.items())
