"""What tests expect of answers."""

from __future__ import annotations

from typing import Any


def error(answer: Any, status: int) -> dict[str, Any]:
    """The error of an answer with this status, in the form that all errors have."""
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert found.keys() == {"error", "request_id"}
    assert found["request_id"] == answer.headers["x-request-id"]
    assert {"type", "message"} <= found["error"].keys() <= {"type", "message", "field", "accepted"}
    return dict(found["error"])
