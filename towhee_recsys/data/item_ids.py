"""Ids of items as requests give them, converted to the type of the dataset's ids."""

from __future__ import annotations

from typing import Any

import numpy as np

from towhee_recsys.data.items import IdType
from towhee_recsys.errors import QueryError

_ACCEPTED = {"int": "a whole number, such as 260", "text": "a text, such as 'sku-1'"}


def item_id(given: Any, id_type: IdType, field: str) -> int | str:
    """The id that `given` stands for: 260 and "260" are one id, of the type that the dataset has.

    Args:
        given: A whole number or a text.
        id_type: The type of the dataset's ids, as in a bundle's `item_schema`.
        field: The field of the request or the option that holds the id, for the message.

    Raises:
        QueryError: `given` cannot be an id of this type.
    """
    is_int = isinstance(given, (int, np.integer)) and not isinstance(given, bool)
    if id_type == "text" and (is_int or isinstance(given, str)):
        return str(given)
    if is_int or (isinstance(given, str) and is_whole_number(given)):
        return int(given)
    raise QueryError(
        f"{field}: item id {given!r:.200} was given; the ids of this dataset are each {_ACCEPTED[id_type]}.",
        field,
        _ACCEPTED[id_type],
    )


def item_ids_from_text(text: str, id_type: IdType, field: str) -> list[int | str]:
    """The ids of a list such as "260,1196": whole numbers are separated by commas or blanks, texts by commas only.

    Raises:
        QueryError: a part cannot be an id of this type.
    """
    parts = text.replace(",", " ").split() if id_type == "int" else map(str.strip, text.split(","))
    return [item_id(part, id_type, field) for part in parts if part]


def is_whole_number(text: str) -> bool:
    """Whether `text` is a whole number as Python writes it: "-5", but not "+5", "05" or "5 "."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 4000 and str(int(text)) == text
