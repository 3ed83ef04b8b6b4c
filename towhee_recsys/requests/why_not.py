"""Why an item is not recommended: every rule that keeps it out."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from towhee_recsys.data.items import EXPIRY, VARIANCE, Id
from towhee_recsys.features.liked import DISLIKED, LIKED
from towhee_recsys.requests.ranks import Fields
from towhee_recsys.requests.request import Request
from towhee_recsys.stores.vectors import Clause, Op

WANTED: dict[Op, str] = {
    "any": "any of",
    "all": "all of",
    "none": "none of",
    "eq": "exactly",
    "in": "one of",
    "not_in": "none of",
    "gte": "at least",
    "lte": "at most",
}
"""What a clause of a filter wants, in words."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason why an item is not recommended.

    Attributes:
        rule: Its name, such as `seen`, `filter` or `rank`.
        because: A sentence on what it found.
    """

    rule: str
    because: str


@dataclass(frozen=True)
class UserPast:
    """What a user has interacted with.

    Attributes:
        seen: The items of the history; empty where seen items may be recommended.
        new: The items of the feedback; likewise.
        named: The items in the user's `liked` and `disliked`, by the name of the field.
    """

    seen: Collection[Id]
    new: Collection[Id]
    named: Mapping[str, Collection[Id]]


def rules_of_item(
    key: Id,
    fields: Fields | None,
    request: Request,
    past: UserPast,
    hidden: Collection[Id],
    variance: float | None = None,
) -> list[Rule]:
    """The rules that keep an item out, whatever its score.

    Args:
        key: The item's id.
        fields: Its fields in the index; None where it is not there.
        request: The request.
        past: What the user has interacted with.
        hidden: The hidden items.
        variance: The variance of the user's predicted ratings for a usual item; None where that is not known.
    """
    found = [] if fields is not None else [Rule("not in the index", "the index does not have it")]
    if key in hidden:
        found.append(Rule("hidden", "it is hidden from all users"))
    expires = (fields or {}).get(EXPIRY)
    if expires is not None and expires < time.time():
        found.append(
            Rule(
                "expired", f"it has expired: {datetime.fromtimestamp(max(0, expires), timezone.utc):%Y-%m-%d %H:%M} UTC"
            )
        )
    found += _rules_of_past(key, request, past)
    where = request.filter_for(variance)
    if where and where.only is not None and key not in where.only:
        found.append(Rule("only", "it is not among the request's `only`"))
    clauses = where.clauses if where and fields is not None else ()
    wrong = [each for each in clauses if not each.matches((fields or {}).get(each.field))]
    return found + [
        _of_std(fields, request, variance) if each.field == VARIANCE else _of_clause(each, fields) for each in wrong
    ]


def rules_of_rank(rank: int, request: Request) -> list[Rule]:
    """The rule that keeps out an item of this rank among those that may be recommended, if one does."""
    if rank > request.candidates:
        better = f"{rank - 1:,} items that may be recommended are better"
        return [Rule("rank", f"{better}; {request.offset + request.top_k:,} are listed")]
    if request.diversity:
        return [Rule("diversity", f"a list of diversity {request.diversity:g} has others in its place")]
    if rank <= request.offset:
        return [Rule("offset", f"it is number {rank:,}, and the page begins with number {request.offset + 1:,}")]
    return []


def _rules_of_past(key: Id, request: Request, past: UserPast) -> Iterator[Rule]:
    if key in past.seen:
        yield Rule("seen", "the user has interacted with it; `include_seen: true` recommends such items, too")
    if key in past.new:
        yield Rule("feedback", "the user has interacted with it since the training")
    named = [name for name in (LIKED, DISLIKED) if key in past.named.get(name, ())]
    yield from (Rule(name, f"it is among the user's `{name}`") for name in named)
    if key in request.exclude and not named:
        yield Rule("exclude", "it is among the request's `exclude`")


def _of_std(fields: Fields | None, request: Request, variance: float | None) -> Rule:
    factor = (fields or {}).get(VARIANCE)
    held = "is not known" if factor is None or variance is None else f"is {math.sqrt(variance * factor):.3g}"
    wanted = f"the request wants at most {request.max_std:g}"
    return Rule("max_std", f"the standard deviation of its predicted rating {held}; {wanted}")


def _of_clause(clause: Clause, fields: Fields | None) -> Rule:
    value = (fields or {}).get(clause.field)
    held = "is missing" if value is None or value == [] else f"is {_shown(value)}"
    if clause.op == "exists":
        wanted = "a value" if clause.value else "no value"
    else:
        wanted = f"{WANTED.get(clause.op, clause.op)} {_shown(clause.value)}"
    return Rule("filter", f"its {clause.field} {held}; the filter wants {wanted}")


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
