"""How `tune` looks for better settings: the space, the metric, the trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema

from towhee_recsys.config.objectives import Purpose
from towhee_recsys.support.section import Section

MetricName = Literal["rmse", "ndcg@10"]

MEASURES: dict[MetricName, Purpose] = {"ndcg@10": "ranking", "rmse": "rating"}
"""The metrics that are measured after each epoch, with the purpose that an objective must have for it."""

RANGE = {"low", "high", "log"}
"""The keys of a range."""

SPACE = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {"type": "array", "items": {}, "minItems": 1},
            {
                "type": "object",
                "properties": {
                    "low": {"type": "number", "description": "the lowest value"},
                    "high": {"type": "number", "description": "the highest value"},
                    "log": {"type": "boolean", "description": "whether values are drawn on a logarithmic scale"},
                },
                "required": ["low", "high"],
                "additionalProperties": False,
            },
        ]
    },
}
"""The JSON Schema of a space. `space.check_tuning` checks it, with messages of its own."""


class TuneConfig(Section):
    """How `tune` looks for better settings, on validation data; see docs/how-to/tuning.md."""

    space: Annotated[dict[str, Any], WithJsonSchema(SPACE)] = Field(
        default={},
        description="settings of model and training, each with a range {low: 0.002, high: 0.05, log: true} or a list "
        "of values; left out: a space around the config's values",
    )
    metric: MetricName | None = Field(
        default=None, description="what is improved; left out: ndcg@10, where the objective is rating: rmse"
    )
    trials: int = Field(default=30, ge=1, description="how many settings are tried")
    validation: float = Field(
        default=0.1, gt=0, lt=1, description="share of the training part that the trials are measured on"
    )


def entries(space: Mapping[str, Any], around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The keys that lead to each range or list of a space, with it. `training.epochs` is one key or two nested ones."""
    for key, value in space.items():
        if isinstance(value, Mapping) and value and not RANGE & value.keys():
            yield from entries(value, (*around, str(key)))
        else:
            yield (*around, str(key)), value
