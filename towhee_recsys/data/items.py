"""What a dataset declares of its items: the id, the facts that are shown and the columns that can be filtered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

Id = int | str
"""The id of an item: a whole number of 64 bits, or a text of 1 to 512 bytes in UTF-8."""

IdType = Literal["int", "text"]
"""The kind of all ids of a table: whole numbers of 64 bits, or texts."""

MAX_ID_BYTES = 512
"""The longest id that is a text, in UTF-8."""

ACCEPTED_IDS: dict[IdType, str] = {
    "int": "a whole number of at most 64 bits",
    "text": f"a text of 1 to {MAX_ID_BYTES} bytes in UTF-8",
}
"""What is accepted as an id of each type, for messages."""

FieldType = Literal["number", "text", "boolean", "texts"]
"""The type of a column; `texts` is a list of texts."""


EXPIRY = "@expiry"
"""The field of an index with the time in seconds since 1970 after which an item is not found."""

VARIANCE = "@variance"
"""The field of an index with what the item multiplies the variance of predicted ratings by."""


@dataclass(frozen=True)
class ItemSchema:
    """The columns of the items, and those of them that a catalogue and an index keep.

    Attributes:
        id: The id column.
        id_type: The kind of the ids.
        title: The column that names an item to a person; None where there is none.
        facts: The columns that are shown, with their types, in the order in which they are shown.
        filters: The columns that a search can filter by, with their types.
        columns: All columns of the items' table, with their types.
        expires: The column with the time after which an item is not found; None where there is none.
        time_unit: The unit of such times that are numbers: s, ms, us or ns.
    """

    id: str
    id_type: IdType = "int"
    title: str | None = None
    facts: dict[str, FieldType] = field(default_factory=dict)
    filters: dict[str, FieldType] = field(default_factory=dict)
    columns: dict[str, FieldType] = field(default_factory=dict)
    expires: str | None = None
    time_unit: str = "s"

    @property
    def index_fields(self) -> dict[str, FieldType]:
        """The fields that an index keeps, with their types: the columns to filter by, and the time of expiry."""
        return {**self.filters, EXPIRY: "number"} if self.expires else dict(self.filters)

    def to_json(self) -> dict[str, Any]:
        """The schema as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ItemSchema:
        """The schema from the result of `to_json`."""
        return cls(**data)


def is_int_id(key: object) -> bool:
    """Whether `key` is an integer of Python or NumPy that an item may have as its id."""
    return isinstance(key, (int, np.integer)) and not isinstance(key, bool) and -(2**63) <= int(key) < 2**63


def is_text_id(key: object) -> bool:
    """Whether `key` is a text that an item may have as its id."""
    try:
        return isinstance(key, str) and 1 <= len(key.encode()) <= MAX_ID_BYTES
    except UnicodeEncodeError:  # a lone surrogate
        return False
