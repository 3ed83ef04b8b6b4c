"""The file of a table, or the query that gives it, and how a file in text is laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from towhee_recsys.config.sql import SqlQuery
from towhee_recsys.support.section import Section

if TYPE_CHECKING:
    from typing_extensions import Self


class TableFile(Section):
    """A table: a file (CSV, TSV, JSON lines or Parquet by its suffix, or any text with a `separator`), or a query."""

    path: str | None = Field(default=None, min_length=1, description="the file")
    sql: SqlQuery | None = Field(default=None, description="a query instead of a file")
    separator: str | None = Field(
        default=None,
        min_length=1,
        description="of a file in text: what separates its cells, such as | or ::; left out: by the suffix of the file",
    )
    columns: list[str] = Field(default=[], description="of a file in text without a header: the names of its columns")
    skip_lines: int = Field(
        default=0,
        ge=0,
        description="of a file in text: lines before its header, or before its rows where `columns` names the columns",
    )
    quotes: bool = Field(
        default=True,
        description="of a file in text: whether cells may be in double quotes; never where the separator is longer "
        "than one character",
    )

    @field_validator("separator")
    @classmethod
    def _separates(cls, given: str | None) -> str | None:
        if given and (wrong := set(given) & set('\r\n\0"')):
            raise ValueError(
                f'has the character {wrong.pop()!r}; a separator is any text but line ends, NUL and ", such as | or ::'
            )
        return given

    @field_validator("columns")
    @classmethod
    def _names(cls, given: list[str]) -> list[str]:
        if not all(name.strip() for name in given):
            raise ValueError("a column has no name; give each column of the file a name of its own, in their order")
        if twice := next((name for name in given if given.count(name) > 1), None):
            raise ValueError(f"{twice!r} is there twice; each column has a name of its own")
        return given

    @model_validator(mode="after")
    def _file_or_query(self) -> Self:
        given = [name for name in ("path", "separator", "columns", "skip_lines") if getattr(self, name)]
        if self.sql and given:
            raise ValueError(f"{given[0]} and sql are given; a table is a file or the rows of a query. Leave one out")
        return self
