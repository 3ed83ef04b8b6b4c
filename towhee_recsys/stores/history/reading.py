"""The history of many users as arrays: JSON lists of ids are read without a Python object for each number."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from towhee_recsys.data.items import Id

DIGITS = b"0123456789-,"
NO_SIGN = re.compile(rb"[0-9-]-|-(?![0-9])")
"""A minus that does not begin a number: NumPy 1 reads what comes before it, and no more."""

ItemLists = tuple[np.ndarray, np.ndarray]
"""n lists of items, one after the other: all ids, int64[m] or object[m], and the length of each list, int64[n]."""


def number_lists(rows: Sequence[bytes | str | None]) -> ItemLists | None:
    """The lists that JSON texts have, an empty one for None; None where a text is not a list of whole numbers."""
    texts = [row.encode() if isinstance(row, str) else row or b"[]" for row in rows]
    insides = [text[1:-1] for text in texts if text[:1] == b"[" and text[-1:] == b"]"]
    joined = b",".join(filter(None, insides))
    if len(insides) < len(texts) or joined.translate(None, DIGITS) or (b"-" in joined and NO_SIGN.search(joined)):
        return None
    lengths = np.array([inside.count(b",") + bool(inside) for inside in insides], dtype=np.int64)
    try:
        numbers = np.fromstring(joined, dtype=np.int64, sep=",")
    except ValueError:
        return None
    return (numbers, lengths) if len(numbers) == lengths.sum() else None


def id_lists(lists: Sequence[Sequence[Id]]) -> ItemLists:
    """Lists of any ids as arrays."""
    ids = [each for own in lists for each in own]
    array = np.empty(len(ids), dtype=object)
    array[:] = ids
    return array, np.array([len(own) for own in lists], dtype=np.int64)
