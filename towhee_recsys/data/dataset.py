"""A dataset in memory: users, items and interactions, with the declaration that they were read by."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from towhee_recsys.config import DataSchema
from towhee_recsys.data.interactions import Interactions
from towhee_recsys.data.items import FieldType, IdType, ItemSchema

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Dataset:
    """Users, items and interactions, with their sources.

    Attributes:
        users: A row a user, with the declared columns under their own names; `schema.users.id` is unique.
        items: A row an item, likewise.
        interactions: The interactions, in the order of the data, by the rows of `users` and `items`: once cleaned, of
            each user and item one.
        schema: The declaration, as `load_config` completes it.
        fingerprint: SHA-256 over what was read, in hexadecimal digits: the same content has the same one.
        item_types: The types of the items' columns.
        bad_rows: How many rows were skipped, by "file: reason".
        warnings: What was logged about skipped rows.
        removed: How many interactions cleaning has removed, by the rule, such as "min_interactions".
    """

    users: pd.DataFrame
    items: pd.DataFrame
    interactions: Interactions
    schema: DataSchema
    fingerprint: str
    item_types: dict[str, FieldType] = field(default_factory=dict)
    bad_rows: Counter[str] = field(default_factory=Counter)
    warnings: tuple[str, ...] = ()
    removed: Counter[str] = field(default_factory=Counter)

    @property
    def name(self) -> str:
        """The name in the declaration."""
        return self.schema.name

    @property
    def user_ids(self) -> np.ndarray:
        """The users' ids in the order of their table: int64[users], or texts as object[users]."""
        return self.users[self.schema.users.id].to_numpy()

    @property
    def item_ids(self) -> np.ndarray:
        """The items' ids in the order of their table: int64[items], or texts as object[items]."""
        return self.items[self.schema.items.id].to_numpy()

    @property
    def item_schema(self) -> ItemSchema:
        """The columns of the items that a catalogue and an index keep."""
        declared, types = self.schema.items, self.item_types
        return ItemSchema(
            id=declared.id,
            id_type=id_type(self.item_ids),
            title=declared.title,
            facts={column: types[column] for column in declared.facts},
            filters={column: types[column] for column in declared.filter},
            columns=dict(types),
            expires=declared.expires,
            time_unit=declared.time_unit,
        )


def id_type(ids: np.ndarray) -> IdType:
    """Whether `ids` are whole numbers or texts."""
    return "int" if ids.dtype.kind == "i" else "text"


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as records, with None for missing values."""
    if not len(table.columns):
        return [{} for _ in range(len(table))]  # older versions of pandas have no record of such a row
    table = table.astype(object)
    return cast("list[dict[str, Any]]", table.where(table.notna(), None).to_dict("records"))
