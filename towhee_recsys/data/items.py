"""What a dataset says of its items: the id, the facts that are shown and the columns that can be filtered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Id = int | str
"""The id of an item: a whole number of 64 bits, or a text of at most 512 bytes in UTF-8."""

IdType = Literal["int", "text"]
"""The kind of all ids of a table: whole numbers of 64 bits, or texts."""

FieldType = Literal["number", "text", "boolean", "texts"]
"""The type of a column; `texts` is a list of texts."""


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
    """

    id: str
    id_type: IdType = "int"
    title: str | None = None
    facts: dict[str, FieldType] = field(default_factory=dict)
    filters: dict[str, FieldType] = field(default_factory=dict)
    columns: dict[str, FieldType] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The schema as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ItemSchema:
        """The schema from what `to_json` gave."""
        return cls(**data)
