"""Items: by id, and by title."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from towhee_recsys.service.answer_bodies import ItemAnswer, ItemsAnswer
from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.reading import item_facts, search_items
from towhee_recsys.service.recommender import Recommender

router = APIRouter(tags=["items"])


@router.get("/items", responses={200: {"model": ItemsAnswer}, **ERRORS})
async def items(
    request: Request,
    query: Annotated[str, Query(max_length=200, description="What a person has typed.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many items.")] = 10,
) -> Response:
    """Items by what a person has typed of a title, with errors or not, the best match first."""
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, {"items": await recommender.call(search_items, recommender, query, limit)})


@router.get("/items/{item_id:path}", responses={200: {"model": ItemAnswer}, **ERRORS})
async def item(request: Request, item_id: str) -> Response:
    """The facts of an item."""
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, {"item": await recommender.call(item_facts, recommender, item_id)})
