"""Users given on the command line: by id, columns, flags that the dataset declares, and liked items."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.errors import close_match

if TYPE_CHECKING:
    from towhee_recsys.bundle import Bundle
    from towhee_recsys.config import Config
    from towhee_recsys.data.items import IdType

User = dict[str, Any]
Given = tuple[str, str, str]
"""An option as it was given, the column that it sets, and the text of its value."""

MOST_VALUES = 20
"""A warning lists the known values of a column up to this number."""

log = logging.getLogger(__name__)


def read_user(
    config: Config,
    user_ids: Sequence[str],
    columns: Sequence[str],
    liked: Sequence[str],
    disliked: Sequence[str],
    flags: Mapping[str, Sequence[str]],
) -> User:
    """The record of the user that the options describe. A category that training never met gets a warning.

    Args:
        config: The config of the model.
        user_ids: The texts of `-u`.
        columns: Texts such as `country=FR`.
        liked: Texts of `--liked`: ids of items, separated by commas, whole numbers by blanks, too; or a title.
        disliked: Those of `--disliked`.
        flags: Columns with the texts of the flags that the dataset declares for them.

    Raises:
        click.UsageError: a text is not COLUMN=VALUE, or not a value of the column; a column is given twice with
            different values, or is not a column that the model reads.
        BundleError: there is no model that can be used.
        QueryError: a value is not one of the column's codes.
    """
    given = [
        *(("-u", config.dataset.users.id, text) for text in user_ids),
        *((config.dataset.users.codes[column].flags[0], column, text) for column in flags for text in flags[column]),
        *(("--with", *_pair(text)) for text in columns),
    ]
    user: User = {}
    if given:
        bundle = _bundle(config)
        for option, column, text in _each_once(given):
            user[column] = _value(bundle, option, column, text)
    for field, texts in (("liked", liked), ("disliked", disliked)):
        if texts:
            user[field] = [item for text in texts for item in ids_or_title(_bundle(config), text)]
    return user


def ids_or_title(bundle: Bundle, text: str) -> list[int | str]:
    """The ids in a text such as 260,1196, or the text itself, a title, where not all of it is ids."""
    from towhee_recsys.data.item_ids import is_whole_number, item_ids_from_text

    id_type = bundle.item_schema.id_type
    if id_type == "int" and not all(map(is_whole_number, text.replace(",", " ").split())):
        return [text]
    ids = item_ids_from_text(text, id_type, "an item")
    return ids if id_type == "int" or {*ids} <= {*bundle.known_ids("item")} else [text]


def item_ids(config: Config, text: str, option: str) -> list[int | str]:
    """The ids in the text of an option, such as 260,1196, of the type that the ids of the model's dataset have.

    Raises:
        BundleError: there is no model that can be used.
        QueryError: an id is not of the dataset's type.
    """
    from towhee_recsys.data.item_ids import item_ids_from_text

    return item_ids_from_text(text, item_id_type(config), option)


def item_id_type(config: Config) -> IdType:
    """The type that the ids of the model's dataset have.

    Raises:
        BundleError: there is no model that can be used.
    """
    return _bundle(config).item_schema.id_type


def user_id(text: str) -> int | str:
    """A whole number if the text is one, since JSON shows it; a model finds users by the texts of their ids."""
    from towhee_recsys.data.item_ids import is_whole_number

    return int(text) if is_whole_number(text) else text


def _bundle(config: Config) -> Bundle:
    from towhee_recsys.bundle import load_bundle

    return load_bundle(config.model.dir)


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column.strip():
        raise click.UsageError(f"--with {text}: write COLUMN=VALUE, such as country=FR.")
    return column.strip(), value


def _each_once(given: Iterable[Given]) -> list[Given]:
    """The first option for each column."""
    first: dict[str, Given] = {}
    for option, column, text in given:
        before, _, other = first.setdefault(column, (option, column, text))
        if other != text:
            raise click.UsageError(
                f"{column} is given twice: {before} {other!r} and {option} {text!r}. Give one value."
            )
    return list(first.values())


def _value(bundle: Bundle, option: str, column: str, text: str) -> Any:
    """A list where the column holds lists, else what the column's feature makes of the text."""
    table = bundle.schema.users
    if column == table.id:
        return user_id(text)
    fitted = {each.feature.column: each for each in bundle.users.columns}
    if column not in fitted or fitted[column].feature.is_history:
        raise click.UsageError(f"{option} {column}={text}: {_why_not(bundle, column)}")
    try:
        value = _split(text, table.lists[column]) if column in table.lists else fitted[column].feature.from_text(text)
    except ValueError:
        kind = fitted[column].feature.kind
        raise click.UsageError(f"{option} {column}={text}: {column} takes a {kind}.") from None
    if unknown := fitted[column].unknown_values(value):
        _warn(column, unknown, fitted[column].state["values"])
    return value


def _split(text: str, separator: str) -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _why_not(bundle: Bundle, column: str) -> str:
    read = [each.column for each in bundle.users.features if not each.is_history]
    accepted = list(dict.fromkeys([bundle.schema.users.id, *read]))
    listed = f"Accepted: {', '.join(accepted)}."
    if any(feature.column == column for feature in bundle.users.features):
        return f"items that the user likes are given by --liked. {listed}"
    if column in bundle.users.state["columns"]:
        return f"no feature of the model reads {column!r}, so it would change nothing. {listed}"
    return f"{column!r} is not a column of users.{close_match(column, accepted)} {listed}"


def _warn(column: str, unknown: Sequence[str], known: Sequence[str]) -> None:
    listed = f" Known: {', '.join(known)}." if len(known) <= MOST_VALUES else ""
    values = ", ".join(map(repr, unknown))
    hint = close_match(unknown[0], known)
    log.warning("%s %s: never met in training, treated as unknown.%s%s", column, values, hint, listed)
