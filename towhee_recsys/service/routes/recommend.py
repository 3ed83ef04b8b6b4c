"""Recommendations, and similar items."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response
from starlette.routing import Route

from towhee_recsys.requests import ITEMS, USER
from towhee_recsys.service.answer_bodies import RecommendAnswer, RecommendAnswers
from towhee_recsys.service.answers import answer_of, listed, mapping
from towhee_recsys.service.json_body import json_body
from towhee_recsys.service.openapi import ERRORS, body
from towhee_recsys.service.reading import filter_counts, item_facts
from towhee_recsys.service.recommender import Answer, Recommender

router = APIRouter(tags=["recommendations"])


@router.post(
    "/recommend",
    responses={200: {"model": RecommendAnswer | RecommendAnswers}, **ERRORS},
    openapi_extra=body("RecommendBody", one_or_list=True),
)
async def recommend(request: Request) -> Response:
    """Recommends items to a user; a list of requests is answered by a list, in its order."""
    recommender: Recommender = request.app.state.recommender
    given = await json_body(request, recommender.config.serve.max_body)
    if not isinstance(given, list):
        [found] = await recommender.recommend([_checked(given, "body")])
        return answer_of(request, found, await _list(recommender, given, found))
    requests = listed(given, recommender.config.serve.max_requests)
    answers = await recommender.recommend([_checked(each, f"body.{number}") for number, each in enumerate(requests)])
    lists = [await _list(recommender, each, found) for each, found in zip(requests, answers, strict=True)]
    return answer_of(request, answers[0], {"answers": lists})


PLAIN = Route("/recommend", recommend, methods=["POST"])
"""The same without FastAPI, which documents it: its routing takes a sixth of the processor time of a request."""


@router.get("/similar/{item_id:path}", responses={200: {"model": RecommendAnswer}, **ERRORS})
async def similar(
    request: Request,
    item_id: str,
    top_k: Annotated[int | None, Query(ge=1, description="How many items; left out: top_k of the config.")] = None,
    offset: Annotated[int, Query(ge=0, description="How many of the best items to skip.")] = 0,
) -> Response:
    """The items that are most like an item."""
    return await _similar(request, item_id, {"top_k": top_k, "offset": offset or None})


@router.post(
    "/similar/{item_id:path}",
    responses={200: {"model": RecommendAnswer}, **ERRORS},
    openapi_extra=body("SimilarBody"),
)
async def similar_by_policy(request: Request, item_id: str) -> Response:
    """The items that are most like an item, or like several, as the body says."""
    recommender: Recommender = request.app.state.recommender
    given = await json_body(request, recommender.config.serve.max_body)
    return await _similar(request, item_id, mapping(given, "body", "an object, {} for the defaults"))


async def _similar(request: Request, item_id: str, options: dict[str, Any]) -> Response:
    recommender: Recommender = request.app.state.recommender
    record = await recommender.call(item_facts, recommender, item_id)  # of an item that training never saw, too
    more = options.get(ITEMS) or []
    items = [record, *more] if isinstance(more, list) else more
    found = await recommender.similar({**options, ITEMS: items})
    return answer_of(request, found, await _list(recommender, options, found))


async def _list(recommender: Recommender, given: dict[str, Any], found: Answer) -> dict[str, Any]:
    """A list of items; of an empty one, what the parts of the request's filter leave."""
    if found.items:
        return {"recommendations": found.items}
    counts = await recommender.call(filter_counts, recommender, given)
    return {"recommendations": [], **({"filter_counts": counts} if counts else {})}


def _checked(given: Any, field: str) -> Any:
    """A request as it is, which the pipeline checks: it alone would take a user's record, too."""
    accepted = 'an object with "user", which is an object, {} for nobody in particular'
    mapping(mapping(given, field, accepted).get(USER), f"{field}.{USER}", accepted)
    return given
