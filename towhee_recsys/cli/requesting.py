"""The options of `recommend`, `similar` and `why-not` that make a request."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import add_options
from towhee_recsys.cli.users import item_ids, read_user

if TYPE_CHECKING:
    from towhee_recsys.config import Config

Request = dict[str, Any]


def user_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the options that describe a user; see `read_user`."""
    return add_options(
        command,
        click.option("-u", "--user", "user_ids", multiple=True, metavar="ID", help="A known user's id."),
        click.option(
            "--with", "columns", multiple=True, metavar="COLUMN=VALUE", help="A column of the user; repeatable."
        ),
        click.option(
            "-l", "--liked", multiple=True, metavar="IDS|TITLE", help="Items that the user likes; repeatable."
        ),
        click.option(
            "--disliked", multiple=True, metavar="IDS|TITLE", help="Items that the user dislikes; repeatable."
        ),
        click.option(
            "--max-std",
            type=float,
            metavar="X",
            help="Leave out items whose predicted_rating_std is above X, such as 0.8.",
        ),
        click.option("--include-seen", is_flag=True, help="Recommend items that the user has interacted with, too."),
    )


def request_options(command: Callable[..., int]) -> Callable[..., int]:
    """Gives a command the options that all requests have; it is called with those that were given, as `options`."""
    return add_options(
        command,
        click.option("-k", "--top-k", type=int, metavar="N", help="How many items."),
        click.option("--offset", type=int, metavar="N", help="How many better items to skip."),
        click.option("--filter", "filter_text", metavar="JSON", help='Such as \'{"year": {"gte": 1990}}\'.'),
        click.option("--exclude", metavar="IDS", help="Items not to show, such as 260,1196."),
        click.option("--only", metavar="IDS", help="The items to choose from."),
        click.option("--diversity", type=float, metavar="X", help="From 0, the best, to 1, as different as possible."),
    )


def request_of(
    config: Config,
    user_ids: tuple[str, ...],
    columns: tuple[str, ...],
    liked: tuple[str, ...],
    disliked: tuple[str, ...],
    max_std: float | None,
    include_seen: bool,
    flags: dict[str, tuple[str, ...]],
    **options: Any,
) -> Request:
    """The request that the options of `user_options` and `request_options` give.

    Raises:
        click.UsageError: as `read_user` and `read_options`.
        BundleError: there is no model that can be used.
        QueryError: an id or a code is not acceptable.
    """
    user = read_user(config, user_ids, columns, liked, disliked, flags)
    given: Request = {"user": user, **read_options(config, **options)}
    given |= {} if max_std is None else {"max_std": max_std}
    return given | {"include_seen": True} if include_seen else given


def read_options(
    config: Config,
    offset: int | None,
    filter_text: str | None,
    exclude: str | None,
    only: str | None,
    diversity: float | None,
) -> Request:
    """The fields of a request that the options give.

    Raises:
        click.UsageError: the filter is not JSON.
        QueryError: an id is not of the dataset's type.
        BundleError: there is no model that can be used.
    """
    given: Request = {"offset": offset, "diversity": diversity}
    given["filter"] = None if filter_text is None else parsed_json(filter_text, "--filter")
    given["exclude"] = None if exclude is None else item_ids(config, exclude, "--exclude")
    given["only"] = None if only is None else item_ids(config, only, "--only")
    return {name: value for name, value in given.items() if value is not None}


def read_requests(text: str, instead_of: Request) -> Any:
    """What `--request` gives: JSON, a file with JSON, or - for stdin. The other options have given `instead_of`.

    Raises:
        click.UsageError: it is not JSON, the file cannot be read, or other options describe a request, too.
    """
    if instead_of != {"user": {}}:
        raise click.UsageError(
            "--request has all of the user and of the request: put what the other options say into it, or leave it out."
        )
    if text.lstrip()[:1] in ("{", "["):
        return parsed_json(text, "--request")
    try:
        found = sys.stdin.buffer.read() if text == "-" else Path(text).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise click.UsageError(f"--request {text}: {reason}. Give JSON, a file with JSON, or - for stdin.") from None
    return parsed_json(found, f"--request {text}")


def parsed_json(text: str | bytes, option: str) -> Any:
    """The value of a JSON text. Raises click.UsageError."""
    from pydantic_core import from_json

    try:
        return from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise click.UsageError(f"{option}: not JSON: {error}.") from None


def user_of(request: Any) -> Any:
    """The user's record in a request."""
    return request["user"] if isinstance(request, Mapping) and isinstance(request.get("user"), Mapping) else request
