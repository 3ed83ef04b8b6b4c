"""The declaration of a dataset: which tables hold users, items and interactions, and what their columns mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from towhee_recsys.support.section import Section

if TYPE_CHECKING:
    from typing_extensions import Self


@dataclass(frozen=True)
class Feedback:
    """What the values of interactions mean.

    Attributes:
        scale: The lowest and the highest rating; None where values are weights of implicit feedback.
        liked: The lowest value that shows liking.
    """

    scale: tuple[float, float] | None
    liked: float

    @property
    def middle(self) -> float:
        """The middle of the scale; 0, below every weight, where there is no scale."""
        return sum(self.scale) / 2 if self.scale else 0.0


RECOMMEND_FLAGS = (
    *("-u", "--user", "--with", "-l", "--liked", "-k", "--top-k", "-i", "--index", "-c", "--config", "--set", "--json"),
    *("-v", "--verbose", "-q", "--quiet", "--profile", "-h", "--help"),
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


RESERVED = ("rank", "score", "predicted_rating")
"""What a recommendation has beside the columns of its item."""


class UsersTable(Section):
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


class InteractionsTable(Section):
    """The table of interactions: explicit ratings, or implicit feedback by events or counts."""

    path: str | None = Field(default=None, min_length=1, description="the file")
    user: str = Field(default="", description="the column with the users' ids")
    item: str = Field(default="", description="the column with the items' ids")
    rating: str | None = Field(default=None, min_length=1, description="explicit: the column with the ratings")
    scale: tuple[float, float] | None = Field(default=None, description="explicit: the lowest and the highest rating")
    event: str | None = Field(default=None, min_length=1, description="implicit: the column with the types of events")
    weights: dict[str, float] = Field(default={}, description="implicit: how much each type of event counts")
    count: str | None = Field(default=None, min_length=1, description="implicit: the column with the number of times")
    liked: float | None = Field(
        default=None,
        description="the lowest value that shows liking; left out: three quarters up the scale, or any interaction",
    )
    time: str | None = Field(default=None, min_length=1, description="the column with the time: seconds, or ISO 8601")

    @field_validator("scale", mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("scale")
    @classmethod
    def _ordered(cls, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given and not given[0] < given[1]:
            raise ValueError("takes [lowest, highest] with lowest < highest")
        return given

    @field_validator("weights", mode="before")
    @classmethod
    def _numbers_as_texts(cls, given: Any) -> Any:
        """Types of events may be numbers in the data, and in YAML."""
        if not isinstance(given, dict):
            return given
        return {str(key) if type(key) is int else key: weight for key, weight in given.items()}

    @field_validator("weights")
    @classmethod
    def _not_negative(cls, given: dict[str, float]) -> dict[str, float]:
        if wrong := [name for name, weight in given.items() if weight < 0]:
            raise ValueError(f"the weight of {wrong[0]!r} is {given[wrong[0]]:g}; weights are numbers from 0 up")
        return given

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.user and self.user == self.item:
            raise ValueError(f"user and item are both {self.user!r}; they are two columns")
        kinds = [name for name in ("rating", "event", "count") if getattr(self, name)]
        if len(kinds) > 1:
            raise ValueError(f"{' and '.join(kinds)} are given; an interaction has one of rating, event and count")
        if bool(self.rating) != bool(self.scale):
            given, missing = ("rating", "scale") if self.rating else ("scale", "rating")
            raise ValueError(f"{given} is given without {missing}; ratings need both: rating: score, scale: [1, 5]")
        if bool(self.event) != bool(self.weights):
            given, missing = ("event", "weights") if self.event else ("weights", "event")
            raise ValueError(
                f"{given} is given without {missing}; events need both: event: action, weights: {{buy: 1}}"
            )
        if self.scale and self.liked is not None and not self.scale[0] <= self.liked <= self.scale[1]:
            raise ValueError(f"liked is {self.liked:g}, outside of the scale {self.scale[0]:g} to {self.scale[1]:g}")
        return self

    @property
    def feedback(self) -> Feedback:
        """What the values mean."""
        if self.liked is not None or self.scale is None:
            return Feedback(self.scale, self.liked or 0.0)
        lowest, highest = self.scale
        return Feedback(self.scale, lowest + 0.75 * (highest - lowest))


class DataSchema(Section):
    """Where users, items and interactions come from."""

    name: str = Field(default="ml-1m", min_length=1, description="ml-1m, sample, or a name of yours")
    format: str | None = Field(
        default=None, description="table, or movielens for its three files; left out: table where a table has a path"
    )
    path: str | None = Field(
        default=None,
        min_length=1,
        description="the folder of the files; of ml-1m left out: in the cache folder, of tables: the working folder",
    )
    download: bool = Field(default=False, description="fetch ml-1m when it is not at `path`")
    strict: bool | None = Field(
        default=None, description="stop at the first bad row; left out: true for ml-1m and sample, false for own files"
    )
    max_bad_share: float = Field(
        default=0.01, ge=0, le=1, description="lenient reading stops above this share of bad rows"
    )
    encoding: Literal["latin-1", "utf-8"] = Field(default="utf-8", description="the text encoding of the files")
    users: UsersTable = UsersTable()
    items: ItemsTable = ItemsTable()
    interactions: InteractionsTable = InteractionsTable()
    tables: SkipJsonSchema[dict[str, Any]] = Field(default={}, description="from Python: data frames instead of files")

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
