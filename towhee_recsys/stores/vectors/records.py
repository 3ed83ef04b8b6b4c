"""Records of builds that went live, and receipts of the rows that were written into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from towhee_recsys.data.items import FieldType, IdType, ItemSchema

FORMAT = 5
"""The version of records, and of builds; those of another one are refused."""


@dataclass(frozen=True, eq=False)
class Receipt:
    """The rows that one insert wrote.

    Attributes:
        build: The build that it wrote into.
        model_id: The model that made the vectors; None where it is not known.
        dim: The numbers in each vector.
        ids: The items' ids, int64[n] or object[n] of str.
        hashes: The rows' hashes, uint64[n].
        items: What the dataset's items have; None where the vectors did not come from an item encoder.
    """

    build: str
    model_id: str | None
    dim: int
    ids: np.ndarray = field(repr=False)
    hashes: np.ndarray = field(repr=False)
    items: ItemSchema | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """How many rows were written."""
        return len(self.ids)


@dataclass(frozen=True)
class IndexRecord:
    """A complete build, and the properties that its rows must have.

    Attributes:
        collection: The name of the index.
        build: The name of the build.
        model_id: The model that made the vectors; None where it is not known.
        dim: The numbers in each vector.
        metric: How vectors are compared: IP, the inner product.
        rows: How many rows there are, without the `pending` ones.
        content_hash: The hash of all rows, without the `pending` ones.
        index: The type of the vector index.
        published: When it first went live, in UTC as ISO 8601. Clocks may be set back: the order of builds is `number`.
        number: The place of the build in the order in which builds first went live, from 1.
        pending: The ids of rows that are being added, replaced or deleted.
        id_type: The type of the ids.
        fields: The scalar fields with their types.
        recall: The share of the exact ten nearest that searches found on a sample; None where it was not measured.
        search: The least search settings of that recall, such as {"ef": 90}; empty where it was not measured.
    """

    collection: str
    build: str
    model_id: str | None
    dim: int
    metric: str
    rows: int
    content_hash: str
    index: str = "FLAT"
    published: str = field(default="", compare=False)
    number: int = field(default=0, compare=False)
    pending: tuple[int | str, ...] = ()
    id_type: IdType = "int"
    fields: Mapping[str, FieldType] = field(default_factory=dict, hash=False)
    recall: float | None = None
    search: Mapping[str, int] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """The record as plain data, with the version of its format."""
        return {"format": FORMAT, **asdict(self), "pending": list(self.pending)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> IndexRecord | None:
        """The record from the result of `to_json`; None where it is of another format."""
        if data.get("format") != FORMAT:
            return None
        known = {name: value for name, value in data.items() if name != "format"}
        return cls(**{**known, "pending": tuple(data["pending"])})
