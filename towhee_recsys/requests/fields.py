"""The checks of a request's fields: each gives the value, or raises a QueryError that names the field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from towhee_recsys.data.item_ids import item_id
from towhee_recsys.data.items import Id, IdType
from towhee_recsys.errors import QueryError, close_match, refused

T = TypeVar("T")


def whole_number(field: str, given: Any, low: int, high: int) -> int:
    """`given`, a whole number from `low` to `high`.

    Raises:
        QueryError: it is anything else.
    """
    if isinstance(given, bool) or not isinstance(given, (int, np.integer)) or not low <= given <= high:
        raise refused(field, given, f"a whole number from {low} to {high}")
    return int(given)


def deviation(field: str, given: Any) -> float:
    """`given`, a finite number above 0.

    Raises:
        QueryError: it is anything else.
    """
    is_number = isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool)
    if not is_number or not 0 < given <= sys.float_info.max:  # whole numbers may be larger
        raise refused(field, given, "a number above 0, in units of the rating scale")
    return float(given)


def share(field: str, given: Any) -> float:
    """`given`, a number from 0 to 1.

    Raises:
        QueryError: it is anything else.
    """
    is_number = isinstance(given, (int, float, np.integer, np.floating)) and not isinstance(given, bool)
    if not is_number or not 0 <= given <= 1:
        raise refused(field, given, "a number from 0 to 1")
    return float(given)


def flag(field: str, given: Any) -> bool:
    """`given`, true or false: 1 is neither.

    Raises:
        QueryError: it is anything else.
    """
    if not isinstance(given, (bool, np.bool_)):
        raise refused(field, given, "true or false")
    return bool(given)


def id_list(field: str, given: Any, id_type: IdType, most: int) -> tuple[Id, ...]:
    """The ids in a list of at most `most`, of the dataset's type.

    Raises:
        QueryError: it is anything else.
    """
    ids = listed(field, given, "a list of item ids", most)
    return tuple(item_id(key, id_type, field) for key in ids)


def listed(field: str, given: Any, accepted: str, most: int) -> list[Any]:
    """`given` as a list of at most `most` values.

    Raises:
        QueryError: it is anything else.
    """
    values = given.tolist() if isinstance(given, np.ndarray) else given
    if not isinstance(values, (list, tuple, set, frozenset)):
        raise refused(field, given, accepted)
    if len(values) > most:
        raise QueryError(
            f"{field}: given {len(values)} values, accepted: at most {most}, requests.max_ids of the config.",
            field,
            f"{accepted}, at most {most}",
        )
    return list(values)


def check_names(given: Mapping[Any, Any], allowed: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Checks that a request has no field but those `allowed`, which are some of the `known` ones, or None in others.

    Raises:
        QueryError: a field is unknown, or the config does not allow it.
    """
    for name, value in given.items():
        if name in allowed or (name in known and value is None):
            continue
        accepted = ", ".join(allowed)
        if name in known:
            raise QueryError(
                f"{name}: the config does not allow it in requests; accepted: {accepted}. Allow it in requests.allow.",
                str(name),
                accepted,
            )
        raise QueryError(
            f"request: the field {name!r:.100} is not known.{close_match(name, allowed)} Accepted: {accepted}.",
            str(name),
            accepted,
        )


def read_each(read: Callable[[Any], T], requests: Sequence[Any]) -> list[T]:
    """What `read` gives for each of several requests.

    Raises:
        QueryError: a request is not acceptable; of several, the message has its number.
    """
    found = []
    for number, request in enumerate(requests, start=1):
        try:
            found.append(read(request))
        except QueryError as error:
            if len(requests) == 1:
                raise
            message = f"request {number} of {len(requests)}: {error}"
            raise QueryError(message, error.field, error.accepted) from None
    return found
