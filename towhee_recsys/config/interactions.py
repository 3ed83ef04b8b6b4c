"""The declaration of the table of interactions, and what their values mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from towhee_recsys.config.table_file import TableFile

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


class InteractionsTable(TableFile):
    """The table of interactions: explicit ratings, or implicit feedback by events or counts."""

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
    time: str | None = Field(
        default=None, min_length=1, description="the column with the time: numbers since 1970, or ISO 8601"
    )
    time_unit: Literal["s", "ms", "us", "ns"] = Field(
        default="s", description="the unit of times that are numbers, such as ms for milliseconds"
    )

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
