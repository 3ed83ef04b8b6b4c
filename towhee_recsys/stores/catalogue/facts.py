"""Items as stores keep them, and as they give them back: a row that is broken is no item."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypedDict, TypeVar

from towhee_recsys.errors import QueryError

log = logging.getLogger(__name__)
T = TypeVar("T")

as_json = json.JSONEncoder(ensure_ascii=False).encode
"""As `json.dumps` with that setting, which would make an encoder for each item."""

BATCH = 1000
"""Items that go to a server in one call."""


class Item(TypedDict):
    """The facts of an item; `title` without its year, `year` None where it is not known."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """`items` in lists of at most BATCH, of which one at a time is held."""
    waiting = iter(items)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def to_row(item: Mapping[str, Any]) -> tuple[int, str, int | None, str]:
    """Its id, title, year and the JSON of its genres. Raises QueryError for what is no item."""
    try:
        return _row(item)
    except (AttributeError, KeyError, TypeError, ValueError):
        key = item.get("movie_id") if isinstance(item, Mapping) else None
        raise QueryError(
            f"item {key!r} cannot go into the catalogue. An item has movie_id (a whole number), title (a text), "
            "year (a whole number or None) and genres (a list of texts); numbers of at most 64 bits, texts of Unicode."
        ) from None


def from_row(shown: str, key: int, text: str | bytes, *columns: object) -> Item | None:
    """The item of a row: `text` is the JSON of its genres after the `columns` title and year, else of all facts.

    None for a row that is broken, and a warning that names the catalogue as `shown`.
    """
    try:
        parsed = json.loads(text)
        title, year, genres = (*columns, parsed) if columns else (parsed[name] for name in ("title", "year", "genres"))
        return _item(key, title, year, genres)
    except (KeyError, TypeError, ValueError, RecursionError):
        log.warning(
            "the catalogue %r has a broken row for item %d, which is left out; `towhee-recsys index` writes it anew",
            shown,
            key,
        )
        return None


def _row(item: Mapping[str, Any]) -> tuple[int, str, int | None, str]:
    genres = None if isinstance(item["genres"], str) else [_own(genre) for genre in item["genres"]]
    facts = _item(_own(item["movie_id"]), _own(item["title"]), _own(item.get("year")), genres)
    (facts["title"] + (text := as_json(genres))).encode()
    return facts["movie_id"], facts["title"], facts["year"], text


def _own(value: Any) -> Any:
    """A number or text of NumPy's as Python's; anything else as it is."""
    return value.item() if hasattr(value, "item") else value


def _item(key: Any, title: Any, year: Any, genres: Any) -> Item:
    """Raises TypeError when a fact is not of its type, or a number of more than 64 bits."""
    numbers = (key,) if year is None else (key, year)
    if any(type(number) is not int or not -(2**63) <= number < 2**63 for number in numbers):
        raise TypeError("a number is no whole one of 64 bits")
    if type(title) is not str or type(genres) is not list or any(type(genre) is not str for genre in genres):
        raise TypeError("a text is none")
    return {"movie_id": key, "title": title, "year": year, "genres": genres}
