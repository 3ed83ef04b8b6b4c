"""Commands that query a trained and indexed recommender."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.bulk import bulk_options, recommend_in_bulk, without_bulk_options
from towhee_recsys.cli.common import Shown, configured, say, table
from towhee_recsys.cli.declared_flags import DeclaredFlagsCommand
from towhee_recsys.cli.example_users import example_users
from towhee_recsys.cli.profiling import profiling
from towhee_recsys.cli.requesting import read_options, read_requests, request_of, request_options, user_of, user_options

if TYPE_CHECKING:
    from towhee_recsys.config import Config

User = dict[str, Any]


@click.command(
    cls=DeclaredFlagsCommand,
    epilog="A dataset may declare flags for its columns: MovieLens has -g (gender), -a (age) and -j (job). "
    "Example: towhee-recsys recommend -c movielens_1m -g F -a 25 -j programmer -k 5",
)
@user_options
@click.option("--explain", is_flag=True, help="Give the reasons of each recommendation.")
@click.option("--request", metavar="JSON|FILE", help="A whole request, or a list of them, instead of the options.")
@request_options
@click.option("-i", "--index", "index_first", is_flag=True, help="Index first.")
@bulk_options
@profiling
@configured()
def recommend(
    config: Config,
    progress: bool | None,
    index_first: bool,
    explain: bool,
    request: str | None,
    users: str | None,
    output: str | None,
    engine: str | None,
    address: str | None,
    workers: int | None,
    **options: Any,
) -> Shown:
    """Recommend items to a user, given by id, by columns of the users' table, or by liked items.

    With --users, recommend items to many users, and write the answers to a file. An interrupted run is resumed.
    """
    from towhee_recsys.lifecycle.published import published_config

    where = {"engine": engine, "address": address, "workers": workers}
    if users is None:
        without_bulk_options(output=output, **where)
    given: Any = request_of(config if index_first else published_config(config), **options)
    given |= {"explain": True} if explain else {}
    if request is not None:
        given = read_requests(request, instead_of=given)
    if index_first:
        from towhee_recsys.cli.indexing import build_index

        build_index(config)
    if users is not None:
        if isinstance(given, list):
            raise click.UsageError("--users and --request are given. Leave one of them out.")
        return recommend_in_bulk(config, given, users, output, progress, where)
    answers = answers_for(config, given if isinstance(given, list) else [given])
    return {"answers": answers} if isinstance(given, list) else answers[0], lambda: show_answers(answers, config)


@click.command(epilog="Example: towhee-recsys similar 260 -c movielens_1m -k 5")
@click.argument("items", metavar="ID|TITLE...", nargs=-1, required=True)
@request_options
@configured()
def similar(config: Config, progress: bool | None, items: tuple[str, ...], **options: Any) -> Shown:
    """Show the items most similar to an item, or to several, given by id or by title."""
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.lifecycle.published import published_config
    from towhee_recsys.pipelines import similar_pipeline
    from towhee_recsys.requests import item_finder
    from towhee_recsys.stores.catalogue import open_catalogue
    from towhee_recsys.stores.vectors import index_of

    find, column, serving = similar_pipeline(config), config.dataset.items.id, published_config(config)
    named = item_finder(load_bundle(serving.model.dir), open_catalogue(config.catalogue), index_of(config.milvus))
    ids = [named(item, "ID") for item in items]
    request = {"items": ids, **read_options(serving, **options)}
    found = find(request).get()[0]
    about = {column: ids[0]} if len(ids) == 1 else {"items": ids}
    title = f"Similar to {'item' if len(ids) == 1 else 'items'} {', '.join(map(str, ids))}"
    return {**about, "similar": found, **_counts(config, request, found)}, lambda: show_items(title, found, config)


@click.command(epilog="Example: towhee-recsys demo")
@configured(default="sample")
def demo(config: Config, progress: bool | None) -> Shown:
    """Train on the bundled sample, index it, and recommend five items to two users."""
    from towhee_recsys.cli.indexing import build_index
    from towhee_recsys.training import train

    bundle = train(config, progress=progress)
    rows = build_index(config)["rows"]
    answers = answers_for(config.model_copy(update={"top_k": 5}), example_users(config, 2))

    def show() -> None:
        quality = bundle.quality
        error = f" (RMSE on held-out ratings: {quality['validation_rmse']:.2f})" if "validation_rmse" in quality else ""
        say(f"Trained{error}. Indexed {rows} items.")
        show_answers(answers, config)
        click.echo("\nNext: towhee-recsys recommend -c sample -u 10001 (users are 10001 to 10600), or -g F -a 25")

    return {"model_id": bundle.model_id, "answers": answers}, show


def answers_for(config: Config, requests: Sequence[Any]) -> list[dict[str, Any]]:
    """The recommendations for each of `requests`, from one call of the pipeline; a user's record is a request, too."""
    from towhee_recsys.lifecycle.published import PublishedModel
    from towhee_recsys.pipelines import recommend_pipeline

    lists = recommend_pipeline(config)(list(requests)).get()[0]
    model_id = PublishedModel(config).must_be_live().model_id
    return [
        {"user": user_of(request), "model_id": model_id, "recommendations": items, **_counts(config, request, items)}
        for request, items in zip(requests, lists, strict=True)
    ]


def _counts(config: Config, request: Any, items: Sequence[Any]) -> dict[str, Any]:
    """How many items each part of the request's filter leaves, where nothing was found."""
    if items:
        return {}
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.lifecycle.published import published_config
    from towhee_recsys.requests import request_filter_counts
    from towhee_recsys.stores.vectors import index_of

    bundle = load_bundle(published_config(config).model.dir)
    counts = request_filter_counts(request, bundle, index_of(config.milvus), config.requests.max_std)
    return {"filter_counts": counts} if counts else {}


def show_answers(answers: Sequence[dict[str, Any]], config: Config) -> None:
    """Prints a table for each user."""
    for answer in answers:
        click.echo()
        show_items(f"For {_described(answer['user'], config)}", answer["recommendations"], config)


def show_items(title: str, items: Sequence[dict[str, Any]], config: Config) -> None:
    """Prints a table: rank, id, title, score and, as far as they are known, the predicted rating and its std."""
    declared = config.dataset.items
    columns = {"rank": "Top", declared.id: "Ids", declared.title or "": "Title"}
    columns |= {"score": "Score", "predicted_rating": "Stars", "predicted_rating_std": "±"}
    shown = {column: name for column, name in columns.items() if any(column in item for item in items)}
    table(title, [*shown.values()], [[_cell(item.get(column)) for column in shown] for item in items])
    for item in items:
        if "reasons" in item:
            say(f"{item['rank']}: {'; '.join(map(_in_words, item['reasons']))}")


def _in_words(reason: dict[str, Any]) -> str:
    named = reason.get("title", reason.get("value", reason.get("item_id", "")))
    return f"{reason['because']} {named}".strip() + f" {reason['share']:+.3f}"


def _described(user: User, config: Config) -> str:
    features = {each.column: each for each in config.features.user}
    words = [
        f"{column} {features[column].describe(value) if column in features else value}"
        for column, value in user.items()
    ]
    return ", ".join(words) or "any user"


def _cell(value: Any) -> Any:
    return "" if value is None else value
