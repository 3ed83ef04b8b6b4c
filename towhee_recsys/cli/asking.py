"""Commands that ask a trained and indexed recommender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import configured, table
from towhee_recsys.cli.profiling import profiling

if TYPE_CHECKING:
    from towhee_recsys.config import Config

Shown = tuple[Any, Callable[[], None]]
User = dict[str, Any]

PEOPLE: Sequence[User] = (
    {"gender": "F", "age": 25, "occupation": 12},
    {"gender": "M", "age": 18, "occupation": 4},
    {"gender": "F", "age": 56, "occupation": 13},
)
"""Three people to show an answer for."""


@click.command(epilog="Example: towhee-recsys recommend -c movielens_1m -g F -a 25 -j programmer -k 5")
@click.option("-u", "--user", "user_id", metavar="ID", help="A known user's id.")
@click.option("-g", "--gender", metavar="F|M")
@click.option("-a", "--age", metavar="YEARS", help="In years, or a group such as 25-34.")
@click.option("-j", "--job", "occupation", metavar="CODE|NAME", help="A code from 0 to 20, or its name.")
@click.option("-l", "--liked", metavar="IDS", help="Items that the user likes, such as 260,1196.")
@click.option("-k", "--top-k", type=int, metavar="N", help="How many items.")
@click.option("-i", "--index", "index_first", is_flag=True, help="Index first.")
@profiling
@configured()
def recommend(config: Config, progress: bool | None, index_first: bool, **given: Any) -> Shown:
    """Recommend items to a user, known by id, by any of gender, age and job, or by liked items."""
    if index_first:
        from towhee_recsys.cli.indexing import build_index

        build_index(config)
    user: User = {column: value for column, value in given.items() if value is not None}
    if str(user.get("user_id", "")).isdecimal():
        user["user_id"] = int(user["user_id"])
    if "liked" in user:
        user["liked"] = [int(key) if key.isdecimal() else key for key in user["liked"].replace(",", " ").split()]
    answer = ask(config, [user])[0]
    return answer, lambda: show_answers([answer], config)


@click.command(epilog="Example: towhee-recsys similar 260 -c movielens_1m -k 5")
@click.argument("movie_id", type=int)
@click.option("-k", "--top-k", type=int, metavar="N", help="How many items.")
@configured()
def similar(config: Config, progress: bool | None, movie_id: int) -> Shown:
    """Show the items most like the one with this id."""
    from towhee_recsys.pipelines import similar_pipeline
    from towhee_recsys.stores.catalogue import open_catalogue

    find = similar_pipeline(config)
    [facts] = open_catalogue(config.catalogue).get([movie_id])  # the model need not know an item that was added
    items = find(facts or {"movie_id": movie_id}).get()[0]
    return {"movie_id": movie_id, "similar": items}, lambda: _show_items(f"Like item {movie_id}", items)


@click.command(epilog="Example: towhee-recsys demo")
@configured(default="sample")
def demo(config: Config, progress: bool | None) -> Shown:
    """Train on the bundled sample, index it, and recommend five items to two people."""
    from towhee_recsys.cli.indexing import build_index
    from towhee_recsys.training import train as train_model

    bundle = train_model(config, progress=progress)
    rows = build_index(config)["rows"]
    answers = ask(config.model_copy(update={"top_k": 5}), fitting(PEOPLE[1:], config))

    def show() -> None:
        error = bundle.manifest["quality"]["validation_rmse"]
        click.echo(f"Trained: {error:.2f} stars off (RMSE) on ratings held out. Indexed: {rows} items.")
        show_answers(answers, config)

    return {"model_id": bundle.model_id, "answers": answers}, show


def ask(config: Config, users: Sequence[User]) -> list[dict[str, Any]]:
    """The recommendations for each of `users`, by one call of the pipeline."""
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.pipelines import recommend_pipeline

    model_id = load_bundle(config.model.dir).model_id
    answers = recommend_pipeline(config)(list(users)).get()[0]
    return [
        {"user": user, "model_id": model_id, "recommendations": items}
        for user, items in zip(users, answers, strict=True)
    ]


def fitting(people: Sequence[User], config: Config) -> list[User]:
    """`people` by what the config's users are described by; the nameless user where that is nothing of theirs."""
    columns = {feature.column for feature in config.features.user}
    found = [{key: value for key, value in user.items() if key in columns} for user in people]
    return [user for place, user in enumerate(found) if user not in found[:place]]


def show_answers(answers: Sequence[dict[str, Any]], config: Config) -> None:
    """A table for each user."""
    for answer in answers:
        click.echo()
        _show_items(f"For {_described(answer['user'], config)}", answer["recommendations"])


def _described(user: User, config: Config) -> str:
    from towhee_recsys.config.features import CategoryFeature
    from towhee_recsys.features.codes import label

    categories = {each.column: each for each in config.features.user if isinstance(each, CategoryFeature)}
    words = [
        f"{column} {label(categories[column], value) if column in categories else value}"
        for column, value in user.items()
    ]
    return ", ".join(words) or "anybody"


def _show_items(title: str, items: Sequence[dict[str, Any]]) -> None:
    stars = ["Stars"] if items and "predicted_rating" in items[0] else []
    rows = [
        [item["rank"], item["movie_id"], _titled(item), item["score"]] + ([item["predicted_rating"]] if stars else [])
        for item in items
    ]
    table(title, ["Top", "Ids", "Title", "Score", *stars], rows)


def _titled(item: dict[str, Any]) -> str:
    return f"{item['title']} ({item['year']})" if item["year"] else item["title"]
