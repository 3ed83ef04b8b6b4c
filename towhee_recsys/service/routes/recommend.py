"""Recommendations, and similar items."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic_core import to_json
from starlette.responses import Response

from towhee_recsys.errors import QueryError
from towhee_recsys.service.bodies import RecommendAnswer, RecommendAnswers
from towhee_recsys.service.json_body import json_body
from towhee_recsys.service.openapi import ERRORS, body
from towhee_recsys.service.recommender import Answer, Recommender

router = APIRouter(tags=["recommendations"])


@router.post(
    "/recommend",
    responses={200: {"model": RecommendAnswer | RecommendAnswers}, **ERRORS},
    openapi_extra=body("RecommendBody", one_or_list=True),
)
async def recommend(request: Request) -> Response:
    """Recommends items to a user, or to each of a list of requests."""
    recommender: Recommender = request.app.state.recommender
    given = await json_body(request, recommender.config.serve.max_body)
    if isinstance(given, list):
        answers = await recommender.recommend(_checked_list(given, recommender.config.serve.max_requests))
        lists = [{"recommendations": each.items} for each in answers]
        return answer(request, answers[0], {"answers": lists})
    [found] = await recommender.recommend([_checked(given, "the body")])
    return answer(request, found, {"recommendations": found.items})


def answer(request: Request, found: Answer, content: dict[str, Any]) -> Response:
    """An answer of a build of the index."""
    about = {"request_id": request.state.request_id, "model_id": found.model_id, "build": found.build}
    return Response(to_json({**about, **content}, inf_nan_mode="null"), media_type="application/json")


def _checked_list(given: list[Any], most: int) -> list[Any]:
    if not 1 <= len(given) <= most:
        raise QueryError(f"the body lists {len(given)} requests; 1 to {most:,} are accepted (serve.max_requests).")
    return [_checked(each, f"request {number}") for number, each in enumerate(given)]


def _checked(given: Any, where: str) -> Any:
    if not isinstance(given, dict) or not isinstance(given.get("user"), dict):
        raise QueryError(f'{where} is no request: an object with "user", another object, is accepted.')
    return given
