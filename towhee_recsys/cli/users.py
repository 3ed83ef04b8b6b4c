"""Users given on the command line: by id, columns, flags that the dataset declares, and liked items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from towhee_recsys.config import Config

User = dict[str, Any]


def read_user(
    config: Config, user_id: str | None, columns: Sequence[str], liked: str | None, flags: Sequence[str]
) -> User:
    """The record of the user that the options describe.

    Args:
        user_id: The text of `-u`.
        columns: Texts such as `country=FR`.
        liked: Ids separated by commas or blanks.
        flags: The remaining arguments: flags that the dataset declares, with their values.

    Raises:
        click.UsageError: a flag is not declared or has no value, or a text is not COLUMN=VALUE.
    """
    given: User = {}
    if user_id is not None:
        given[config.dataset.users.id] = read_id(user_id)
    for column, text in [*_from_flags(flags, declared_flags(config)), *map(_pair, columns)]:
        given[column] = _value(config, column, text)
    if liked is not None:
        given["liked"] = [read_id(key) for key in liked.replace(",", " ").split()]
    return given


def read_id(text: str) -> int | str:
    """An id as typed: an integer if it is written as one, otherwise a text."""
    return int(text) if text.isdecimal() and text == str(int(text)) else text


def declared_flags(config: Config) -> dict[str, str]:
    """The flags that the dataset declares, with the columns that they set."""
    return {flag: column for column, codes in config.dataset.users.codes.items() for flag in codes.flags}


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


def _from_flags(texts: Sequence[str], declared: Mapping[str, str]) -> list[tuple[str, str]]:
    """The columns and values of `-g F`, `-gF`, `--gender F` and `--gender=F`."""
    found, waiting = [], list(texts)
    while waiting:
        text = waiting.pop(0)
        flag, equals, value = text.partition("=") if text.startswith("--") else (text[:2], text[2:], text[2:])
        if not text.startswith("-") or flag not in declared:
            accepted = ", ".join([*declared, "--with COLUMN=VALUE"])
            raise click.UsageError(f"{text!r} is not an option. For users, this dataset accepts: {accepted}.")
        if not equals and not waiting:
            raise click.UsageError(f"{flag} needs a value.")
        found.append((declared[flag], value if equals else waiting.pop(0)))
    return found


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
