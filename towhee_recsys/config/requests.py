"""What a request may contain beside its user, and the defaults of what it leaves out."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from towhee_recsys.support.section import Section

RequestField = Literal[
    "top_k", "offset", "filter", "exclude", "only", "max_std", "include_seen", "diversity", "explain"
]
"""The fields that a request may have beside its user or its items."""

REQUEST_FIELDS: tuple[RequestField, ...] = get_args(RequestField)

MOST_IDS = 65_536
"""The most that `max_ids` may be."""


class RequestsConfig(Section):
    """What a request may contain, and its defaults; those of `top_k` and `include_seen` are at the top level."""

    allow: list[RequestField] = Field(
        default=list(REQUEST_FIELDS), description="the fields that a request may have; one with another is refused"
    )
    filter: list[str] | None = Field(
        default=None, description="the columns that a request may filter by; left out: all of dataset.items.filter"
    )
    max_top_k: int = Field(
        default=1000,
        ge=1,
        le=16384,
        description="the most that offset + top_k may be; the config's own top_k may be more",
    )
    max_ids: int = Field(
        default=10_000, ge=1, le=MOST_IDS, description="the most ids in each of exclude, only, liked and disliked"
    )
    max_std: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="the most that the standard deviation of a recommended item's predicted rating may be",
    )
    diversity: float = Field(
        default=0.0, ge=0, le=1, description="from 0, the best items, to 1, items that differ as much as possible"
    )
    explain: bool = Field(default=False, description="whether recommendations have reasons")
