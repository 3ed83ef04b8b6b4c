"""Commands that query a trained and indexed recommender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import configured, say, table
from towhee_recsys.cli.declared_flags import DeclaredFlagsCommand
from towhee_recsys.cli.example_users import example_users
from towhee_recsys.cli.profiling import profiling
from towhee_recsys.cli.users import read_user

if TYPE_CHECKING:
    from towhee_recsys.config import Config

Shown = tuple[Any, Callable[[], None]]
User = dict[str, Any]


@click.command(
    cls=DeclaredFlagsCommand,
    epilog="A dataset may declare flags for its columns: MovieLens has -g (gender), -a (age) and -j (job). "
    "Example: towhee-recsys recommend -c movielens_1m -g F -a 25 -j programmer -k 5",
)
@click.option("-u", "--user", "user_ids", multiple=True, metavar="ID", help="A known user's id.")
@click.option("--with", "columns", multiple=True, metavar="COLUMN=VALUE", help="A column of the user; repeatable.")
@click.option("-l", "--liked", metavar="IDS", help="Items that the user likes, such as 260,1196.")
@click.option("-k", "--top-k", type=int, metavar="N", help="How many items.")
@click.option("--include-seen", is_flag=True, help="Recommend items that the user has interacted with, too.")
@click.option("-i", "--index", "index_first", is_flag=True, help="Index first.")
@profiling
@configured()
def recommend(
    config: Config,
    progress: bool | None,
    index_first: bool,
    user_ids: tuple[str, ...],
    columns: tuple[str, ...],
    liked: str | None,
    include_seen: bool,
    flags: dict[str, tuple[str, ...]],
) -> Shown:
    """Recommend items to a user, given by id, by columns of the users' table, or by liked items."""
    from towhee_recsys.lifecycle.published import published_config

    user = read_user(config if index_first else published_config(config), user_ids, columns, liked, flags)
    if include_seen:
        user["include_seen"] = True
    if index_first:
        from towhee_recsys.cli.indexing import build_index

        build_index(config)
    answer = answers_for(config, [user])[0]
    return answer, lambda: show_answers([answer], config)


@click.command(epilog="Example: towhee-recsys similar 260 -c movielens_1m -k 5")
@click.argument("item", metavar="ID")
@click.option("-k", "--top-k", type=int, metavar="N", help="How many items.")
@configured()
def similar(config: Config, progress: bool | None, item: str) -> Shown:
    """Show the items most similar to the item with this id."""
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.data.item_ids import item_id
    from towhee_recsys.errors import QueryError
    from towhee_recsys.lifecycle.published import PublishedModel
    from towhee_recsys.pipelines import similar_pipeline
    from towhee_recsys.stores.catalogue import open_catalogue

    find, column = similar_pipeline(config), config.dataset.items.id
    published = PublishedModel(config)
    live = published.must_be_live()
    bundle = load_bundle(published.folder(live))
    key = item_id(item, bundle.item_schema.id_type, "ID")
    [facts] = open_catalogue(config.catalogue).get([key], live.build)  # also of items that were added later
    known = bundle.known_ids("item")
    if facts is None and str(key) not in known:
        examples = f", such as {', '.join(known[:3])}" if known else ""
        raise QueryError(
            f"{column} {key!r} is neither in the index nor known to the model. Give an item's id{examples}."
        )
    items = find(facts or {column: key}).get()[0]
    return {column: key, "similar": items}, lambda: show_items(f"Similar to item {key}", items, config)


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


def answers_for(config: Config, users: Sequence[User]) -> list[dict[str, Any]]:
    """The recommendations for each of `users`, from one call of the pipeline."""
    from towhee_recsys.lifecycle.published import PublishedModel
    from towhee_recsys.pipelines import recommend_pipeline

    lists = recommend_pipeline(config)(list(users)).get()[0]
    model_id = PublishedModel(config).must_be_live().model_id
    return [
        {"user": user, "model_id": model_id, "recommendations": items} for user, items in zip(users, lists, strict=True)
    ]


def show_answers(answers: Sequence[dict[str, Any]], config: Config) -> None:
    """Prints a table for each user."""
    for answer in answers:
        click.echo()
        show_items(f"For {_described(answer['user'], config)}", answer["recommendations"], config)


def show_items(title: str, items: Sequence[dict[str, Any]], config: Config) -> None:
    """Prints a table: rank, id, title, score and, if there is a rating scale, the predicted rating."""
    declared = config.dataset.items
    columns = {"rank": "Top", declared.id: "Ids", declared.title or "": "Title"}
    columns |= {"score": "Score", "predicted_rating": "Stars"}
    shown = {column: name for column, name in columns.items() if any(column in item for item in items)}
    table(title, [*shown.values()], [[_cell(item.get(column)) for column in shown] for item in items])


def _described(user: User, config: Config) -> str:
    features = {each.column: each for each in config.features.user}
    words = [
        f"{column} {features[column].describe(value) if column in features else value}"
        for column, value in user.items()
    ]
    return ", ".join(words) or "any user"


def _cell(value: Any) -> Any:
    return "" if value is None else value
