"""Users given on the command line: by id, columns, flags that the dataset declares, and liked items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from towhee_recsys.config import Config
    from towhee_recsys.data.items import IdType

User = dict[str, Any]


def read_user(
    config: Config, user_id: str | None, columns: Sequence[str], liked: str | None, flags: Mapping[str, str]
) -> User:
    """The record of the user that the options describe.

    Args:
        user_id: The text of `-u`.
        columns: Texts such as `country=FR`.
        liked: Ids of items, separated by commas; whole numbers by blanks, too.
        flags: Columns with the texts of the flags that the dataset declares for them.

    Raises:
        click.UsageError: a text is not COLUMN=VALUE, or not a value of the column.
        BundleError: the type of the liked ids is not known, since there is no model that can be used.
        QueryError: a liked id is not of the dataset's type.
    """
    given: User = {}
    if user_id is not None:
        given[config.dataset.users.id] = _user_id(user_id)
    for column, text in [*flags.items(), *map(_pair, columns)]:
        given[column] = _value(config, column, text)
    if liked is not None:
        given["liked"] = item_ids(config, liked, "--liked")
    return given


def item_ids(config: Config, text: str, option: str) -> list[int | str]:
    """The ids in the text of an option, such as 260,1196, of the type that the ids of the model's dataset have.

    Raises:
        BundleError: there is no model that can be used.
        QueryError: an id is not of the dataset's type.
    """
    from towhee_recsys.data.item_ids import item_ids_from_text

    return item_ids_from_text(text, item_id_type(config), option)


def item_id_type(config: Config) -> IdType:
    """The type that the ids of the model's dataset have. Raises BundleError where there is no model to be used."""
    from towhee_recsys.bundle import load_bundle

    return load_bundle(config.model.dir).item_schema.id_type


def example_users(config: Config, count: int) -> list[User]:
    """At most `count` different example users, with values for the columns whose codes the dataset declares.

    Without such columns, the only example is a user of whom nothing is known.
    """
    codes = {column: list(each.names) for column, each in config.dataset.users.codes.items()}
    read = {feature.column for feature in config.features.user}
    users = [
        {
            column: names[row * (len(names) - 1) // max(1, count - 1)]
            for column, names in codes.items()
            if column in read
        }
        for row in range(count)
    ]
    return [user for row, user in enumerate(users) if user not in users[:row]]


def _user_id(text: str) -> int | str:
    """A whole number if the text is one, since JSON shows it; a model finds users by the texts of their ids."""
    from towhee_recsys.data.item_ids import is_whole_number

    return int(text) if is_whole_number(text) else text


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise click.UsageError(f"--with {text}: write COLUMN=VALUE, such as country=FR.")
    return column.strip(), value


def _value(config: Config, column: str, text: str) -> Any:
    """A list where the column holds lists, else what the column's feature makes of the text."""
    table = config.dataset.users
    if column in table.lists:
        return [part for part in text.split(table.lists[column]) if part]
    feature = next((each for each in config.features.user if each.column == column), None)
    if feature is None:
        return text
    try:
        return feature.from_text(text)
    except ValueError:
        raise click.UsageError(f"--with {column}={text}: {column} takes a {feature.kind}.") from None
