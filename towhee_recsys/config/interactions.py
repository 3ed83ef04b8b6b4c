"""The declaration of the table of interactions, and what their values mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from towhee_recsys.config.cleaning import Between, DuplicateRule, Duration, MinInteractions, Value, check_rule, duration
from towhee_recsys.config.table_file import TableFile

if TYPE_CHECKING:
    from typing_extensions import Self

ANY_WEIGHT = 2.0**-126
"""The lowest weight that shows interest, the smallest normal float32: a pair of weight 0 or less shows none."""


@dataclass(frozen=True)
class Feedback:
    """What the values of interactions mean.

    Attributes:
        scale: The lowest and the highest rating; None where values are weights of implicit feedback.
        liked: The lowest value that shows liking; of weights above 0.
        half_life: In how many seconds the weight of implicit feedback halves; None where it does not.
    """

    scale: tuple[float, float] | None
    liked: float
    half_life: float | None = None

    @property
    def lowest(self) -> float:
        """The lowest value that a model can learn a user's choice from: of ratings any, of weights any above 0."""
        return -math.inf if self.scale else ANY_WEIGHT

    @property
    def middle(self) -> float:
        """The middle of the scale; where there is none, the lowest weight above 0."""
        return sum(self.scale) / 2 if self.scale else ANY_WEIGHT


class InteractionsTable(TableFile):
    """The table of interactions: explicit ratings, or implicit feedback by events or counts."""

    validation: str | None = Field(
        default=None, min_length=1, description="for the protocol pre-split: the file with interactions to choose by"
    )
    test: str | None = Field(
        default=None, min_length=1, description="for the protocol pre-split: the file with interactions to test on"
    )
    user: str = Field(default="", description="the column with the users' ids")
    item: str = Field(default="", description="the column with the items' ids")
    rating: str | None = Field(default=None, min_length=1, description="explicit: the column with the ratings")
    scale: tuple[float, float] | None = Field(default=None, description="explicit: the lowest and the highest rating")
    event: str | None = Field(default=None, min_length=1, description="implicit: the column with the types of events")
    weights: dict[str, Value] = Field(default={}, description="implicit: how much each event counts; below 0 against")
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
    half_life: Duration | None = Field(default=None, description="implicit: the time in which weights halve")
    between: Between = Between()
    duplicates: DuplicateRule | None = Field(
        default=None, description="of one user and item; left out: error for ratings, sum for implicit feedback"
    )
    min_interactions: MinInteractions = MinInteractions()

    @field_validator("scale", mode="before")
    @classmethod
    def _pair(cls, given: Any) -> Any:
        return tuple(given) if isinstance(given, list) else given

    @field_validator("scale")
    @classmethod
    def _ordered(cls, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given and not given[0] < given[1]:
            raise ValueError(f"given {[*given]}, accepted: [lowest, highest] with lowest < highest")
        return given

    @field_validator("weights", mode="before")
    @classmethod
    def _numbers_as_texts(cls, given: Any) -> Any:
        """Types of events may be numbers in the data, and in YAML."""
        if not isinstance(given, dict):
            return given
        return {str(key) if type(key) is int else key: weight for key, weight in given.items()}

    @model_validator(mode="after")
    def _can_be_split(self) -> Self:
        if self.validation and not self.test:
            raise ValueError("validation is given without test, the file with the interactions to test on")
        if self.test and self.sql:
            raise ValueError("test is given with sql; interactions that come split are in files. Leave one out")
        return self

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

    @model_validator(mode="after")
    def _can_be_cleaned(self) -> Self:
        check_rule(self.duplicates, explicit=bool(self.rating))
        if self.half_life and self.rating:
            raise ValueError("half_life is given with rating; the weights of implicit feedback halve, ratings do not")
        if self.half_life:
            duration(self.half_life)
        if not self.time and (needs := "half_life" if self.half_life else "between.time" if self.between.time else ""):
            raise ValueError(f"{needs} is given without time, the column with the times of the interactions")
        return self

    @property
    def duplicate_rule(self) -> DuplicateRule:
        """What happens to several interactions of one user and item."""
        return self.duplicates or ("error" if self.rating else "sum")

    @property
    def feedback(self) -> Feedback:
        """What the values mean."""
        if self.scale is None:
            half_life = duration(self.half_life) if self.half_life else None
            return Feedback(None, max(self.liked or 0.0, ANY_WEIGHT), half_life)
        if self.liked is not None:
            return Feedback(self.scale, self.liked)
        lowest, highest = self.scale
        return Feedback(self.scale, lowest + 0.75 * (highest - lowest))
