"""What a declaration may say of cleaning."""

from __future__ import annotations

from typing import Any

import pytest

from towhee_recsys.config import dump_config, load_config
from towhee_recsys.config.yaml import parse_mapping


def of(**interactions: Any) -> dict[str, Any]:
    return {"dataset": {"interactions": {"path": "orders.csv", "user": "customer", "item": "sku", **interactions}}}


RATINGS = {"rating": "stars", "scale": [1, 5]}
EVENTS = {"event": "action", "weights": {"view": 0.2, "buy": 1, "skip": -0.5}, "time": "at"}


def test_everything_is_kept_by_default():
    for interactions, rule in ((RATINGS, "error"), (EVENTS, "sum"), ({}, "sum")):
        declared = load_config(of(**interactions)).dataset.interactions
        assert (declared.between.value, declared.between.seconds) == (None, None)
        assert (declared.min_interactions.user, declared.min_interactions.item) == (1, 1)
        assert (declared.duplicate_rule, declared.feedback.half_life) == (rule, None)


def test_a_declaration_is_written_and_read_again():
    cleaning = {
        "between": {"value": [0.5, None], "time": ["2020-01-01", 1735689599]},
        "duplicates": "max",
        "half_life": "30d",
        "min_interactions": {"user": 5},
    }
    config = load_config(of(**EVENTS, **cleaning))
    assert load_config(parse_mapping(dump_config(config).encode(), "again").data).dataset == config.dataset
    declared = config.dataset.interactions
    assert declared.between.seconds == (1577836800, 1735689599)
    assert (declared.min_interactions.user, declared.min_interactions.item) == (5, 1)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (["2024-02-29", "2024-02-29"], (1709164800, 1709251199)),
        (["2024-02-29T18:30", "2024-02-29 18:30:01"], (1709231400, 1709231401)),
        (["2024-02-29T18:30:00Z", "2024-02-29T18:30:00-02:00"], (1709231400, 1709238600)),
        ([None, 0], (None, 0)),
        ([-86400, None], (-86400, None)),
    ],
)
def test_times_are_days_moments_or_seconds(given: list[Any], seconds: tuple[Any, Any]):
    assert load_config(of(**EVENTS, between={"time": given})).dataset.interactions.between.seconds == seconds


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90s", 90), ("1.5m", 90), ("12h", 43200), ("30d", 2592000), ("2w", 1209600), ("1y", 31557600)],
)
def test_a_half_life_has_a_unit(given: str, seconds: float):
    assert load_config(of(**EVENTS, half_life=given)).dataset.feedback.half_life == seconds


@pytest.mark.parametrize(
    ("interactions", "facts"),
    [
        (EVENTS | {"half_life": "30"}, ["dataset.interactions.half_life: given '30'", "30d"]),
        (EVENTS | {"half_life": 30}, ["dataset.interactions.half_life: given 30", "30d"]),
        (EVENTS | {"half_life": "0d"}, ["dataset.interactions", "'0d'", "above 0"]),
        (EVENTS | {"half_life": "1M"}, ["dataset.interactions.half_life: given '1M'"]),
        ({"half_life": "1d"}, ["half_life is given without time"]),
        (RATINGS | {"half_life": "1d", "time": "at"}, ["half_life is given with rating"]),
        ({"between": {"time": ["2024-01-01", None]}}, ["between.time is given without time"]),
        (EVENTS | {"between": {"time": ["2024-13-01", None]}}, ["between.time", "'2024-13-01'", "ISO 8601"]),
        (EVENTS | {"between": {"time": ["next year", None]}}, ["between.time", "'next year'", "ISO 8601"]),
        (EVENTS | {"between": {"time": ["2024-02-01", "2024-01-01"]}}, ["between.time", "lowest <= highest"]),
        (EVENTS | {"between": {"value": [3, 2]}}, ["between.value", "[3.0, 2.0]", "lowest <= highest"]),
        (EVENTS | {"between": {"value": [3]}}, ["between.value[1]: missing"]),
        (EVENTS | {"between": {"rating": [3, 4]}}, ["between.rating: unknown key", "time, value"]),
        (EVENTS | {"min_interactions": {"user": 0}}, ["min_interactions.user: given 0", "whole number from 1 up"]),
        (EVENTS | {"min_interactions": 5}, ["min_interactions: given 5", "item, user"]),
        (EVENTS | {"weights": {"buy": 1e31}}, ["weights.buy: given 1e+31", "a number from -1e+30 to 1e+30"]),
        (EVENTS | {"between": {"value": [-1e31, 1]}}, ["between.value[0]: given -1e+31", "from -1e+30 to 1e+30"]),
        (EVENTS | {"duplicates": "mean"}, ["'mean'", "implicit feedback", "sum, last, max, first"]),
        (EVENTS | {"duplicates": "newest"}, ["duplicates: given 'newest'", "'last'", "'sum'"]),
        (RATINGS | {"duplicates": "sum"}, ["'sum'", "explicit ratings", "error, last, first, mean"]),
    ],
)
def test_a_wrong_declaration_says_what_is_accepted(refused: Any, interactions: dict[str, Any], facts: list[str]):
    message = refused(of(**interactions))
    for fact in ("dataset.interactions", *facts):
        assert fact in message
