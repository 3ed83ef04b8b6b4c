"""Columns of texts: lists and their separators, the title, years in texts, links."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np

from towhee_recsys.init.column import Column
from towhee_recsys.init.names import suggests

SEPARATORS = ("|", ";", ",", "/")
RECBOLE_LIST = ":token_seq"
"""What RecBole's files add to the names of columns with lists."""

LOOKED_AT = 20_000
"""The most distinct texts that are looked at."""

LIKE_A_TITLE = 0.75
"""The score from which a column is a title: that of texts of several words that differ, or of such a name."""

LONGEST_MEMBER = 40
MEMBER_REPEATS = 3.0
"""How often a member of lists comes on average, for a text to be a list."""

YEAR_AT_END = r"\(([0-9]{4})\)\s*$"
YEAR_OF_DATE = "^([0-9]{4})-"
_LINK = re.compile(r"(?:https?://|www\.|//|/)\S+|\S+\.(?:jpe?g|png|gif|webp|svg)")


def list_separator(column: Column) -> str | None:
    """The separator of the lists in a column of texts; None where these are no lists.

    Lists have few members, which come again in other cells; what stands between the commas of sentences does not.
    """
    if column.kind != "text":
        return None
    if column.name.endswith(RECBOLE_LIST):
        return " "
    texts, counts = _texts(column)
    if not texts:
        return None
    found = [(score, separator) for separator in SEPARATORS if (score := _repeats(texts, counts, separator))]
    return max(found)[1] if found else None


def _repeats(texts: list[str], counts: np.ndarray, separator: str) -> float:
    """How often a member comes on average; 0 where the texts are no lists."""
    members: dict[str, int] = {}
    split = several = 0
    for text, count in zip(texts, counts.tolist(), strict=True):
        parts = [part.strip() for part in text.split(separator) if part.strip()]
        several += count * (len(parts) > 1)
        split += count * len(parts)
        for part in parts:
            members[part] = members.get(part, 0) + count
    lengths = [len(member) for member in members]
    if several < 0.05 * counts.sum() or np.mean(lengths) > LONGEST_MEMBER or len(members) >= len(texts):
        return 0
    repeats = split / len(members)
    return repeats if repeats >= MEMBER_REPEATS else 0


def title_of(columns: Iterable[Column]) -> str | None:
    """The column that names an item to a person: short texts that differ, preferably with such a name."""
    scores = [(score, column.name) for column in columns if (score := _title_score(column)) >= LIKE_A_TITLE]
    return max(scores, key=lambda each: each[0])[1] if scores else None


def _title_score(column: Column) -> float:
    texts, _ = _texts(column)
    if column.kind != "text" or not texts or is_link(column) or mean_length(texts) > 120:
        return 0
    differs = column.distinct / max(1, column.filled)
    has_words = float(np.mean([len(text.split()) > 1 for text in texts]))
    return suggests(column.name, "title") + differs * (0.4 + 0.5 * has_words) - 0.01 * column.at


def has_year_at_end(column: Column) -> bool:
    """Whether most texts end in a year in parentheses: `Lamp (1995)`."""
    texts, _ = _texts(column)
    found = [found for text in texts if (found := re.search(YEAR_AT_END, text))]
    return len(found) > 0.5 * len(texts) and all(1000 <= int(each[1]) <= 2999 for each in found)


def years_of(column: Column) -> set[str]:
    """The years of a column of dates in texts."""
    texts, _ = _texts(column)
    return {found[1] for text in texts if (found := re.search(YEAR_OF_DATE, text.strip()))}


def is_link(column: Column) -> bool:
    """Whether most texts are addresses or files."""
    texts, _ = _texts(column)
    return len(texts) > 0 and sum(bool(_LINK.fullmatch(text.strip())) for text in texts) > 0.5 * len(texts)


def mean_length(texts: list[str]) -> float:
    """The mean number of characters."""
    return float(np.mean([len(text) for text in texts])) if texts else 0


def _texts(column: Column) -> tuple[list[str], np.ndarray]:
    """Distinct texts of the column, and how often each comes."""
    found: list[tuple[Any, int]] = [
        (value, count)
        for value, count in zip(column.values, column.counts.tolist(), strict=True)
        if isinstance(value, str)
    ]
    found = found[:LOOKED_AT]
    return [text for text, _ in found], np.array([count for _, count in found], dtype=np.int64)
