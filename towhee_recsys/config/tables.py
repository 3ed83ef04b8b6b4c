"""The declaration of the tables of users and of items: what their columns mean."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from towhee_recsys.config.made_columns import MadeColumns
from towhee_recsys.support.section import Section

if TYPE_CHECKING:
    from typing_extensions import Self


RECOMMEND_FLAGS = (
    *("-u", "--user", "--with", "-l", "--liked", "-k", "--top-k", "-i", "--index", "-c", "--config", "--set", "--json"),
    *("--disliked", "--offset", "--filter", "--exclude", "--only", "--diversity", "--explain", "--request"),
    *("--users", "-o", "--output", "--engine", "--address", "--workers", "--max-std"),
    *("--include-seen", "-v", "--verbose", "-q", "--quiet", "--profile", "-h", "--help"),
)
"""The flags of `recommend` itself, which a dataset cannot declare."""


class Codes(Section):
    """The coded values of a column, with their names."""

    names: dict[int | str, str] = Field(
        min_length=1, description="code -> name; a value is given by either, and nothing else is accepted"
    )
    groups_to: int | None = Field(
        default=None, description="codes start groups of numbers: a number up to this one falls into the group below it"
    )
    flags: list[str] = Field(default=[], description="flags of `recommend` that take a value, such as [-a, --age]")

    @field_validator("flags")
    @classmethod
    def _are_free_flags(cls, given: list[str]) -> list[str]:
        for flag in given:
            if not re.fullmatch("-[A-Za-z]|--[A-Za-z][A-Za-z0-9_-]*", flag):
                raise ValueError(f"{flag!r} is not a flag; write a letter as -a, or a name as --age")
            if flag in RECOMMEND_FLAGS:
                raise ValueError(
                    f"{flag} is a flag of recommend itself; choose another than {', '.join(RECOMMEND_FLAGS)}"
                )
        return given


RESERVED = ("rank", "score", "predicted_rating", "predicted_rating_std")
"""What a recommendation has beside the columns of its item."""


class UsersTable(MadeColumns):
    """The table of users; without a path, users are those of the interactions."""

    path: str | None = Field(default=None, min_length=1, description="the file; left out: there is no such table")
    id: str = Field(default="", description="the column with the ids; left out: named as in the interactions")
    lists: dict[str, str] = Field(default={}, description="columns that hold lists, each with its separator")
    codes: dict[str, Codes] = Field(default={}, description="columns that hold codes, with the codes' names")

    @field_validator("codes")
    @classmethod
    def _each_flag_once(cls, given: dict[str, Codes]) -> dict[str, Codes]:
        column_of: dict[str, str] = {}
        for column, codes in given.items():
            for flag in codes.flags:
                if flag in column_of:
                    raise ValueError(f"{flag} is a flag of {column_of[flag]} and of {column}; a flag is declared once")
                column_of[flag] = column
        return given

    @model_validator(mode="after")
    def _codes_or_lists(self) -> Self:
        if both := [column for column in self.codes if column in self.lists]:
            raise ValueError(f"{both[0]!r} is in codes and in lists; a column holds either a code or a list")
        return self


class ItemsTable(UsersTable):
    """The table of items; without a path, items are those of the interactions."""

    title: str | None = Field(default=None, min_length=1, description="the column that names an item to a person")
    show: list[str] = Field(default=[], description="the columns that recommendations show")
    filter: list[str] = Field(default=[], description="the columns that a search can filter by; they are shown, too")
    expires: str | None = Field(
        default=None,
        min_length=1,
        description="the column with the time after which an item is not found: numbers since 1970, or ISO 8601",
    )
    time_unit: Literal["s", "ms", "us", "ns"] = Field(
        default="s", description="the unit of times in `expires` that are numbers, such as ms for milliseconds"
    )

    @model_validator(mode="after")
    def _not_reserved(self) -> Self:
        if taken := [column for column in (self.id, *self.facts) if column in RESERVED]:
            raise ValueError(
                f"the column {taken[0]!r} cannot be shown: recommendations have {', '.join(RESERVED)} of their own; "
                "rename it in the data"
            )
        return self

    @property
    def facts(self) -> list[str]:
        """The columns that are shown: the title first, then those of `show` and `filter`."""
        return list(dict.fromkeys([*([self.title] if self.title else []), *self.show, *self.filter]))
