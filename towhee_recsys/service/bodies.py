"""The bodies of requests, for the OpenAPI document alone: what a request may have is checked by the pipeline."""

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
    offset: int | None = Field(default=None, ge=0, description="How many of the best items to skip.")
    filter: dict[str, Clause | list[Any] | str | float | bool] | None = Field(
        default=None,
        description="What the columns of an item must have. A value alone is short for `eq`, a list for `in`, or for "
        "`any` where the column has lists.",
    )
    exclude: Ids | None = Field(default=None, description="Ids of items that are not shown.")
    only: Ids | None = Field(default=None, description="Ids of items; no others are shown.")
    diversity: float | None = Field(
        default=None, ge=0, le=1, description="0 orders by score alone, 1 by how little items are alike."
    )


class SimilarBody(Policy):
    """How similar items are chosen."""

    items: Ids | None = Field(default=None, description="Ids or titles of more items: what is like all of them.")


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
        "max_std": (
            float | None,
            Field(default=None, gt=0, description="The most that `predicted_rating_std` of an item may be."),
        ),
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
