"""Which columns of the items are shown, and which a search can filter by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from towhee_recsys.config.tables import RESERVED
from towhee_recsys.data import Dataset
from towhee_recsys.init.features import FoundFeature

FILTERS = ("category", "categories", "number")
"""The kinds of features whose columns are filtered by; texts are shown alone."""

MOST = 8
LONGEST = 200
"""The most characters of texts that are shown."""


def facts_of(dataset: Dataset, items: dict[str, Any], features: Sequence[FoundFeature]) -> dict[str, list[str]]:
    """The settings `show` and `filter` of columns that are features: short texts are shown, the others filtered by."""
    taken = {items["id"], items.get("title"), *RESERVED}
    kinds = {each.column: each.settings.get("kind", "") for each in features if each.column not in taken}
    filtered = [column for column, kind in kinds.items() if kind in FILTERS and _is_name(column)][:MOST]
    shown = [column for column, kind in kinds.items() if kind == "text" and _is_short(dataset, column)][:MOST]
    return {key: columns for key, columns in (("show", shown), ("filter", filtered)) if columns}


def _is_name(column: str) -> bool:
    """Whether a filter can name the field."""
    return column.isascii() and column.isidentifier()


def _is_short(dataset: Dataset, column: str) -> bool:
    texts = dataset.items[column].dropna()
    return bool((texts.map(lambda text: len(str(text))) <= LONGEST).mean() > 0.9)
