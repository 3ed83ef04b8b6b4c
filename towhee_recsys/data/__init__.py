"""Users, items and interactions: declared, found or downloaded, read and checked row by row."""

from __future__ import annotations

from towhee_recsys.data.dataset import Dataset, records
from towhee_recsys.data.interactions import Interactions, interactions_frame
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.data.reading import (
    check_dataset,
    count_items,
    declared,
    ensure_dataset,
    iter_items,
    read_dataset,
    read_items,
)

__all__ = [
    "Dataset",
    "Interactions",
    "ItemSchema",
    "check_dataset",
    "count_items",
    "declared",
    "ensure_dataset",
    "interactions_frame",
    "iter_items",
    "read_dataset",
    "read_items",
    "records",
]
