"""Example users, whose recommendations `run` and `demo` show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from towhee_recsys.cli.users import User, user_id

if TYPE_CHECKING:
    from towhee_recsys.config import Config


def example_users(config: Config, count: int) -> list[User]:
    """At most `count` different example users: by the codes that the dataset declares, then users that the model knows.

    Raises:
        BundleError: there is no model that can be used.
    """
    from towhee_recsys.bundle import load_bundle

    codes = {column: list(each.names) for column, each in config.dataset.users.codes.items()}
    read = {feature.column for feature in config.features.user}
    described = [
        {column: names[_spread(row, count, len(names))] for column, names in codes.items() if column in read}
        for row in range(count)
    ]
    users = [user for row, user in enumerate(described) if user and user not in described[:row]]
    known, more = load_bundle(config.model.dir).known_ids("user"), count - len(users)
    ids = dict.fromkeys(known[_spread(row, more, len(known))] for row in range(more))
    return [*users, *({config.dataset.users.id: user_id(key)} for key in ids)]


def _spread(row: int, rows: int, size: int) -> int:
    """The index for the `row` of `rows` that are spread evenly over `size` entries, the first and the last included."""
    return row * (size - 1) // max(1, rows - 1)
