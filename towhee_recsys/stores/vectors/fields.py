"""Scalar fields of an index: an item's values that searches can be filtered by.

A value is a number, a text, a boolean or a list of texts. Milvus Lite 2.5 has no nullable fields, so a missing value
is stored as one that no item has. Measured on Milvus Lite 2.5.1 and 3.2.2 and on a Milvus server 2.3.5
(tests/stores/vectors/test_filters.py, test_filter_properties.py):

| type | stored as | missing | forms that leave missing values out | forms that need a second condition |
|---|---|---|---|---|
| number | DOUBLE | the lowest float64 | `==`, `in`, `>=` | `<=`: `and f != -1.7976931348623157e+308` |
| text | VARCHAR | U+FDD0 | `==`, `in` | `>=`, `<=`: `and f != "\\ufdd0"` |
| boolean | INT8, 1 and 0 | -1 | `== 1`, `== 0`, `in` | |
| texts | JSON, `{"v": [...], "n": 2}` | [] | `array_contains_any(f["v"], [...])`, `..._all` | |

`not in` is true of a missing value, and so is `not array_contains_any(...)`. NaN cannot stand for a missing number:
Milvus Lite 2.5.1 finds NaN in any list, and whether `!=` is true of it depends on the row's place. What else Milvus
Lite 2.5.1 cannot do is in `milvus/dialect.py`. U+FDD0 is a code point that Unicode reserves for a program's own use:
the character itself stands in the filter, for Milvus Lite 3 does not know the escape. An ARRAY would make inserting
three times as slow in Milvus Lite 2.5.1. An empty text is a value; an empty list is as good as a missing one. Numbers
are float64: whole numbers above 2**53 are rounded in filters (a catalogue keeps them exactly).
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.data.items import FieldType
from towhee_recsys.errors import QueryError

MAX_TEXT = 65_535
"""The most bytes of UTF-8 in a text: the limit of Milvus' VARCHAR."""

GROWING = "\t\n\f\r"
"""The characters that Milvus Lite stores as two."""

MAX_LIST = 65_000
"""The most bytes of a list as JSON: Milvus' JSON takes 65,536 with what is around it."""

MISSING_NUMBER = -sys.float_info.max
"""What a missing number is stored as: the lowest float64."""

MISSING_TEXT = "\ufdd0"
"""What a missing text is stored as."""

ACCEPTED: dict[FieldType, str] = {
    "number": "a number",
    "text": f"a text of at most {MAX_TEXT:,} bytes",
    "boolean": "true or false",
    "texts": f"a list of texts, at most {MAX_LIST:,} bytes as JSON",
}


def canonical_fields(
    given: Mapping[str, Sequence[Any]], types: Mapping[str, FieldType], ids: Sequence[Any]
) -> dict[str, list[Any]]:
    """The values of each field of `types`, one per item: float, str, bool or a list of str; None (or []) is missing.

    A field that is not among `given` is missing in all items.

    Raises:
        QueryError: `given` has a field that the index lacks, has another number of values than there are `ids`, or a
            value is not of its field's type.
    """
    if unknown := sorted(set(given) - set(types)):
        raise QueryError(f"the index has no field {unknown[0]!r}; it has {', '.join(types) or 'none'}.")
    return {name: _column(name, given.get(name), kind, ids) for name, kind in types.items()}


def canonical_value(value: Any, kind: FieldType) -> Any:
    """A value that is not missing as a float, str, bool or list of str.

    Raises:
        TypeError, ValueError or OverflowError: it is not of the type `kind`.
    """
    return _CANONICAL[kind](value)


def _column(name: str, values: Sequence[Any] | None, kind: FieldType, ids: Sequence[Any]) -> list[Any]:
    if values is None:
        values = [None] * len(ids)
    if len(values) != len(ids):
        raise QueryError(f"{len(ids)} items need as many values of field {name!r}; {len(values)} were given.")
    canonical, column = _CANONICAL[kind], []
    for key, value in zip(ids, values, strict=True):
        is_missing = value is None or (isinstance(value, (float, np.floating)) and math.isnan(value))
        try:
            column.append(([] if kind == "texts" else None) if is_missing else canonical(value))
        except (TypeError, ValueError, OverflowError):
            raise QueryError(
                f"field {name!r} of item {key!r}: {value!r:.200} was given; {ACCEPTED[kind]} is accepted, "
                "or None where it is missing."
            ) from None
    return column


def _number(value: Any) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError
    number = float(value) + 0.0  # -0.0 is 0.0
    if number == MISSING_NUMBER:
        raise ValueError
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    size = len(value.encode()) + sum(map(value.count, GROWING))  # a lone surrogate is a ValueError of `encode`
    if size > MAX_TEXT or value == MISSING_TEXT:
        raise ValueError
    return str(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError
    return bool(value)


def _texts(value: Any) -> list[str]:
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise TypeError
    texts = [_text(each) for each in value]
    if len(json.dumps(texts, ensure_ascii=False).encode()) > MAX_LIST:
        raise ValueError
    return texts


_CANONICAL: dict[FieldType, Callable[[Any], Any]] = {
    "number": _number,
    "text": _text,
    "boolean": _boolean,
    "texts": _texts,
}
