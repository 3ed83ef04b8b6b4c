"""Answers, and what routes check of requests by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from towhee_recsys.errors import refused
from towhee_recsys.service.recommender import Answer


def json_answer(request: Request, content: Mapping[str, Any], status: int = HTTPStatus.OK) -> Response:
    """An answer in JSON, with the id of its request."""
    text = to_json({"request_id": request.state.request_id, **content}, inf_nan_mode="null")
    return Response(text, status, media_type="application/json")


def answer_of(request: Request, found: Answer, content: Mapping[str, Any]) -> Response:
    """An answer of a build of the index."""
    return json_answer(request, {"model_id": found.model_id, "build": found.build, **content})


def listed(given: list[Any], most: int) -> list[Any]:
    """A list in a body, as it is.

    Raises:
        QueryError: it is empty, or has more than `most` entries.
    """
    if not 1 <= len(given) <= most:
        accepted = f"1 to {most:,} in one list (serve.max_requests of the config)"
        raise refused("body", f"a list of {len(given)}", accepted)
    return given


def mapping(given: Any, field: str, accepted: str) -> Any:
    """An object of a body, as it is.

    Raises:
        QueryError: it is not one.
    """
    if not isinstance(given, dict):
        raise refused(field, given, accepted)
    return given
