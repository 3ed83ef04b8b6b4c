"""The declaration of a dataset: where its tables of users, items and interactions are, and how they are read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator
from pydantic.json_schema import SkipJsonSchema

from towhee_recsys.config.interactions import Feedback, InteractionsTable
from towhee_recsys.config.milvus import DATASET
from towhee_recsys.config.tables import ItemsTable, UsersTable
from towhee_recsys.support.section import Section

CACHE = f"artifacts/{DATASET}/dataset"
"""Where a dataset is kept by default."""


class DataSchema(Section):
    """Where users, items and interactions come from."""

    name: str = Field(
        default="ml-1m",
        min_length=1,
        description="that of a published dataset such as ml-1m, sample, or a name of yours; left out: that of the "
        "format, of tables: data",
    )
    format: str | None = Field(
        default=None,
        description="table, or one that declares its files, such as movielens; left out: table where a table has a "
        "path, else that of the published dataset",
    )
    path: str | None = Field(
        default=None,
        min_length=1,
        description="the folder of the files; of a published dataset left out: in the cache folder, of tables: the "
        "working folder",
    )
    download: bool = Field(default=False, description="fetch a published dataset when it is not at `path`")
    strict: bool | None = Field(
        default=None,
        description="stop at the first bad row; left out: true for published datasets and sample, false for own files",
    )
    max_bad_share: float = Field(
        default=0.01, ge=0, le=1, description="lenient reading stops above this share of bad rows"
    )
    encoding: Literal["latin-1", "utf-8"] = Field(default="utf-8", description="the text encoding of the files")
    cache: str | None = Field(
        default=CACHE,
        min_length=1,
        description="the folder where a dataset of 100,000 interactions or more is kept as it was read, for the next "
        "time; false: nowhere",
        json_schema_extra={"anyOf": [{"type": "string", "minLength": 1}, {"type": "boolean"}, {"type": "null"}]},
    )
    users: UsersTable = UsersTable()
    items: ItemsTable = ItemsTable()
    interactions: InteractionsTable = InteractionsTable()
    tables: SkipJsonSchema[dict[str, Any]] = Field(default={}, description="from Python: data frames instead of files")

    @field_validator("cache", mode="before")
    @classmethod
    def _on_or_off(cls, given: Any) -> Any:
        return {False: None, True: CACHE}[given] if isinstance(given, bool) else given

    @field_validator("tables")
    @classmethod
    def _known_tables(cls, given: dict[str, Any]) -> dict[str, Any]:
        if unknown := given.keys() - {"users", "items", "interactions"}:
            accepted = "users, items and interactions, as data frames from Python"
            raise ValueError(f"tables: given {sorted(unknown)[0]!r}, accepted: {accepted}")
        return given

    @property
    def feedback(self) -> Feedback:
        """What the values of interactions mean."""
        return self.interactions.feedback
