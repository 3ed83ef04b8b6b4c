"""Requests that are made from the OpenAPI document, good and bad ones, get an answer that it documents."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

CASES = int(os.environ.get("SCHEMATHESIS_CASES", "300"))
"""How many requests are made, over all operations."""


@pytest.fixture(scope="module")
def operations(client):
    schema = schemathesis.openapi.from_dict(client.get("/openapi.json").json())
    return [each.ok() for each in schema.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as documented", "otherwise"])
def test_no_request_makes_the_service_fail(client, operations, mode):
    for operation in operations:
        with suppress(*[Unsatisfiable] * (mode is GenerationMode.NEGATIVE)):  # where nothing can be wrong
            _check(client, operation, mode, max(1, CASES // 2 // len(operations)))


def _check(client, operation, mode, cases):
    documented = {int(status) for status in operation.responses.status_codes if status.isdigit()} | {404, 405}

    @settings(max_examples=cases, phases=[Phase.generate], suppress_health_check=list(HealthCheck), database=None)
    @seed(1)
    @given(operation.as_strategy(generation_mode=mode))
    def check(case):
        answer = client.request(**sent(case))
        assert answer.status_code < 500, f"{operation.label}: {answer.status_code} {answer.text}"
        assert answer.status_code in documented, f"{operation.label}: {answer.status_code} {answer.text}"
        if operation.label != "GET /metrics":
            assert answer.json()["request_id"]

    check()


def sent(case):
    """The arguments of a client's `request` for a case."""
    made = case.as_transport_kwargs(base_url="http://127.0.0.1")
    return {name: value for name, value in made.items() if name in ("method", "url", "headers", "params", "json")} | (
        {"content": made["data"]} if made.get("data") is not None else {}
    )
