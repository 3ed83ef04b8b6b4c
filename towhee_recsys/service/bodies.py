"""The bodies of requests and answers, for the OpenAPI document; what a request may have is checked by the pipeline."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from towhee_recsys.config import Config

Ids = list[int | str]


class Body(BaseModel):
    """A body of a request: other fields are refused."""

    model_config = ConfigDict(extra="forbid")


class Clause(Body):
    """What a column of an item must have; all that is given must hold."""

    any: list[Any] | None = Field(default=None, description="Of a list: one of these.")
    all: list[Any] | None = Field(default=None, description="Of a list: all of these.")
    none: list[Any] | None = Field(default=None, description="Of a list: none of these.")
    eq: Any = Field(default=None, description="This value.")
    in_: list[Any] | None = Field(default=None, alias="in", description="One of these values.")
    not_in: list[Any] | None = Field(default=None, description="None of these values.")
    gte: Any = Field(default=None, description="At least this.")
    lte: Any = Field(default=None, description="At most this.")
    exists: bool | None = Field(default=None, description="Whether there is a value at all.")


class Policy(Body):
    """What may be recommended, and how."""

    top_k: int | None = Field(default=None, ge=1, description="How many items; left out: top_k of the config.")
    offset: int | None = Field(default=None, ge=0, description="How many of the first items to pass over.")
    filter: dict[str, Clause] | None = Field(default=None, description="What the columns of an item must have.")
    exclude: Ids | None = Field(default=None, description="Ids of items that are not shown.")
    only: Ids | None = Field(default=None, description="Ids of items; no others are shown.")
    diversity: float | None = Field(
        default=None, ge=0, le=1, description="0 orders by score alone, 1 by how little items are alike."
    )


class SimilarBody(Policy):
    """How similar items are chosen."""

    items: Ids | None = Field(default=None, description="Ids or titles of more items: what is like all of them.")


class Answered(BaseModel):
    """What every answer has."""

    request_id: str = Field(description="That of the header X-Request-ID, or a new one.")


class FromBuild(Answered):
    """The answer of a build of the index."""

    model_id: str | None = Field(description="The model that answered.")
    build: str = Field(description="The build of the index that answered.")


class Recommendations(BaseModel):
    """Items, the best first: `rank`, the declared columns, `score`, and more as the config and the request say."""

    recommendations: list[dict[str, Any]]
    filter_counts: list[dict[str, Any]] | None = Field(
        default=None, description="Where a filter has left nothing: how many items each of its parts leaves."
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


def recommend_body(config: Config) -> type[Body]:
    """A request as the config declares its users."""
    columns = {config.dataset.users.id: "The id of a known user."}
    columns |= {
        feature.column: "A declared column." for feature in config.features.user if feature.column not in columns
    }
    columns |= {"liked": "Ids or titles of items that the user likes.", "disliked": "The same, not liked."}
    fields: dict[str, Any] = {
        name: (Ids | None if name in ("liked", "disliked") else Any, Field(default=None, description=text))
        for name, text in columns.items()
    }
    user = create_model("User", __base__=Body, __doc__="Who is to get recommendations: whatever is known.", **fields)
    more: dict[str, Any] = {
        "user": (user, Field(description="Who is to get recommendations.")),
        "include_seen": (bool | None, Field(default=None, description="Whether seen items are shown, too.")),
        "explain": (bool | None, Field(default=None, description="Whether each item has its `reasons`.")),
    }
    return create_model("RecommendBody", __base__=Policy, __doc__="One request.", **more)


def feedback_body(config: Config) -> type[Body]:
    """An interaction in the declared columns."""
    declared = config.dataset.interactions
    fields: dict[str, Any] = {
        declared.user: (int | str, Field(description="The user's id.")),
        declared.item: (int | str, Field(description="The item's id.")),
    }
    if declared.rating and declared.scale:
        lowest, highest = declared.scale
        fields[declared.rating] = (float, Field(ge=lowest, le=highest, description="The rating."))
    if declared.event:
        fields[declared.event] = (Literal[tuple(declared.weights)], Field(description="The type of the event."))
    if declared.count:
        fields[declared.count] = (float, Field(default=1, ge=0, description="How many times."))
    if declared.time:
        when = f"Numbers since 1970 ({declared.time_unit}) or ISO 8601; left out: now."
        fields[declared.time] = (float | str | None, Field(default=None, description=when))
    key = "An event replaces an older one of its user with its key; left out: the item's id."
    fields.setdefault("key", (int | str | None, Field(default=None, description=key)))
    return create_model("FeedbackBody", __base__=Body, __doc__="What a user has done with an item.", **fields)
