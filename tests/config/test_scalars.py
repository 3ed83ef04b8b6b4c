from __future__ import annotations

import math

import pytest

from towhee_recsys.config.scalars import scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("010", 10),
        ("-7", -7),
        ("+7", 7),
        ("1e-3", 0.001),
        ("1.", 1.0),
        (".5", 0.5),
        ("5.0", 5.0),
        ("-.inf", -math.inf),
    ],
)
def test_values_of_the_core_schema(text, value):
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    ["NO", "yes", "off", "y", "12:30", "2024-01-02", "0x1F", "0o7", "1_000", "1,5", "tRue", "-", ".", "e3", "1e", "٣"],
)
def test_everything_else_stays_text(text):
    assert scalar(text) == text


def test_nan_is_a_number():
    assert math.isnan(scalar(".nan"))


def test_a_number_of_thousands_of_digits_does_not_stop_python():
    assert scalar("9" * 5000) == math.inf
    assert scalar("9" * 100) == 10**100 - 1
