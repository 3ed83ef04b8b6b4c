"""What the name of a column suggests. Content decides first: names break ties."""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["user", "item", "rating", "event", "count", "time", "title"]

_WORDS: dict[Role, str] = {
    "user": "user customer client member visitor session reviewer account person subscriber listener reader buyer "
    "shopper viewer player student patient consumer household uid guest",
    "item": "item product sku asin track song artist album article book isbn content video news game recipe business "
    "listing offer ad post page poi venue show course job restaurant hotel app episode podcast anime iid item_id",
    "rating": "rating ratings rate stars star score grade overall mark",
    "event": "event action type behavior behaviour interaction feedback activity",
    "count": "count counts plays playcount quantity qty times clicks views listens num number amount frequency weight",
    "time": "time timestamp date datetime ts at created when day epoch unixtime",
    "title": "title name headline label caption",
}
_HINTS = {role: frozenset(words.split()) for role, words in _WORDS.items()}
_IDENTIFIERS = frozenset(["id", "ids", "uid", "iid", "uuid", "guid", "key", "code", "no", "nr", "index"])
_AGGREGATES = frozenset(
    [
        "avg",
        "average",
        "mean",
        "rating",
        "ratings",
        "score",
        "stars",
        "votes",
        "vote",
        "popularity",
        "popular",
        "sales",
        "sold",
        "count",
        "counts",
        "num",
        "number",
        "reviews",
        "review",
        "likes",
        "downloads",
        "plays",
        "views",
        "purchases",
        "rank",
    ]
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def words_of(name: str) -> list[str]:
    """The words of a column's name, lower-case: `userId`, `user_id` and `USER ID` are all `user`, `id`.

    >>> words_of("productID")
    ['product', 'id']
    """
    words = [word.lower() for word in _PART.findall(name)]
    return [part for word in words for part in _split(word)]


def suggests(name: str, role: Role) -> bool:
    """Whether the name of a column has a word of `role`."""
    return not _HINTS[role].isdisjoint(words_of(name))


def is_identifier(name: str) -> bool:
    """Whether the name of a column is that of an id or a code."""
    return not _IDENTIFIERS.isdisjoint(words_of(name))


def is_aggregate(name: str) -> bool:
    """Whether the name suggests a figure that is made from interactions, such as an average rating."""
    return not _AGGREGATES.isdisjoint(words_of(name))


def _split(word: str) -> list[str]:
    """`userid` as `user` and `id`: names in one piece are common."""
    stem = word.removesuffix("id")
    if stem != word and any(stem in hints for hints in _HINTS.values()):
        return [stem, "id"]
    return [word]
