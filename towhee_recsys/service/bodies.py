"""The bodies of requests and answers, for the OpenAPI document; what a request may have is checked by the pipeline."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from towhee_recsys.config import Config

Id = Annotated[int | str, Field(description="An id of the dataset, a whole number or a text.")]
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


class FeedbackBody(Body):
    """What a user has done with an item, or thinks of it."""

    user_id: Id
    item_id: Id
    value: float | None = Field(default=None, description="A rating on the scale, or a weight.")
    event: str | None = Field(default=None, description="The kind of event, of those with weights in the config.")
    time: float | str | None = Field(default=None, description="When, as in the dataset; left out: now.")
    key: str | None = Field(
        default=None, description="The same key replaces what was sent before; left out: the item's id."
    )


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


class RecommendAnswer(FromBuild, Recommendations):
    """The answer to one request."""


class RecommendAnswers(FromBuild):
    """The answers to a list of requests, in its order."""

    answers: list[Recommendations]


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
