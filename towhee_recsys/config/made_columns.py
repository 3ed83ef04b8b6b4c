"""Which columns of a table of users or items are kept, and what is made of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pydantic import Field, field_validator, model_validator

from towhee_recsys.config.table_file import TableFile

if TYPE_CHECKING:
    from typing_extensions import Self


class MadeColumns(TableFile):
    """What is made of the columns of a file, in this order: missing values, extracted columns, lists of labels."""

    keep: list[str] = Field(
        default=[], description="columns that are read beside those that are declared otherwise; left out: all"
    )
    missing: list[str] = Field(default=[], description="texts of cells that mean nothing is there, such as [N/A]")
    extract: dict[str, str] = Field(
        default={},
        description="column -> regular expression; where a cell is one, its named groups are columns of these names",
    )
    multi_hot: dict[str, list[str]] = Field(
        default={}, description="new column -> the columns of 0 and 1 that it replaces by the list of their names"
    )

    @field_validator("extract")
    @classmethod
    def _named_groups(cls, given: dict[str, str]) -> dict[str, str]:
        for column, pattern in given.items():
            try:
                groups = re.compile(pattern).groupindex
            except re.error as error:
                raise ValueError(f"the pattern of {column!r} is no regular expression of Python: {error}") from None
            if not groups:
                raise ValueError(f"the pattern of {column!r} has no named group, such as (?P<{column}>.*)")
        return given

    @field_validator("multi_hot")
    @classmethod
    def _each_once(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        if empty := [name for name, columns in given.items() if not columns]:
            raise ValueError(f"{empty[0]!r} has no columns; name at least one column of 0 and 1")
        named = [column for columns in given.values() for column in columns]
        if twice := next((column for column in named if named.count(column) > 1), None):
            raise ValueError(f"the column {twice!r} is named twice; each column is in one list, once")
        return given

    @model_validator(mode="after")
    def _made_once(self) -> Self:
        made = [*self.multi_hot, *(group for groups in self.extracted.values() for group in groups)]
        if twice := next((name for name in made if made.count(name) > 1), None):
            raise ValueError(f"extract and multi_hot make the column {twice!r} twice; give one another name")
        return self

    @property
    def extracted(self) -> dict[str, list[str]]:
        """The columns that are extracted, by the column that they are extracted from."""
        return {column: list(re.compile(pattern).groupindex) for column, pattern in self.extract.items()}

    @property
    def made(self) -> set[str]:
        """The columns that are not in the file."""
        groups = {group for column, groups in self.extracted.items() for group in groups if group != column}
        return groups | set(self.multi_hot)
