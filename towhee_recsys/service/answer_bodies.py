"""The bodies of answers, for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Answered(BaseModel):
    """What every answer has."""

    request_id: str = Field(description="That of the header X-Request-ID, or a new one.")


class FromBuild(Answered):
    """The answer of a build of the index."""

    model_id: str | None = Field(description="The model that answered.")
    build: str = Field(description="The build of the index that answered.")


class Recommendations(BaseModel):
    """Items, the best first: `rank`, the declared columns, `score`, and more as the config and the request say.

    Where the dataset has a rating scale, `predicted_rating`; where the model has a teacher, `predicted_rating_std`, the
    standard deviation of its error.
    """

    recommendations: list[dict[str, Any]]
    filter_counts: list[dict[str, Any]] | None = Field(
        default=None, description="Of an empty list: how many items each part of the filter leaves on its own."
    )


class RecommendAnswer(FromBuild, Recommendations):
    """The answer to one request."""


class RecommendAnswers(FromBuild):
    """The answers to a list of requests, in its order."""

    answers: list[Recommendations]


class ItemAnswer(Answered):
    """An item."""

    item: dict[str, Any] = Field(description="The declared columns.")


class ItemsAnswer(Answered):
    """Items."""

    items: list[dict[str, Any]] = Field(description="The declared columns of each, the best match first.")


class UserAnswer(Answered):
    """What is known of a user."""

    user: dict[str, Any] = Field(description="The id.")
    known_to_model: bool = Field(description="Whether the model was trained on interactions of the user.")
    seen: int = Field(description="How many items the user has interacted with, up to the last index run.")
    history: list[dict[str, Any]] = Field(description="The declared columns of these items, of 100 at most.")
    feedback: list[dict[str, Any]] = Field(description="The interactions since, in the declared columns.")


class WhyNotAnswer(Answered):
    """Why an item is not recommended to a user."""

    item: dict[str, Any] = Field(description="The declared columns.")
    recommended: bool = Field(description="Whether it is recommended after all.")
    score: float | None = Field(description="The cosine, or the relative popularity where nothing is known of a user.")
    predicted_rating: float | None = Field(default=None, description="Where the dataset has a rating scale.")
    predicted_rating_std: float | None = Field(default=None, description="The standard deviation of its error.")
    rank: int | None = Field(description="Among all items of the index.")
    rank_of_allowed: int | None = Field(description="Among those that no rule keeps out.")
    items: int = Field(description="How many items the index has.")
    kept_out_by: list[dict[str, str]] = Field(description="Each rule that keeps it out, with a sentence.")


class ForgottenAnswer(Answered):
    """A user was forgotten."""

    forgotten: int | str = Field(description="The user's id.")


class FeedbackAnswer(Answered):
    """Interactions were recorded."""

    accepted: int = Field(description="How many.")


class ErrorDetail(BaseModel):
    """What is wrong."""

    type: str = Field(description="The class of the error, such as QueryError.")
    message: str = Field(description="What was given, what is accepted, and what to do next.")
    field: str | None = Field(default=None, description="The field of the request.")
    accepted: Any = Field(default=None, description="What the field takes.")


class ErrorAnswer(Answered):
    """The answer to a request that failed."""

    error: ErrorDetail
