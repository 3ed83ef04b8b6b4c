"""Items: by id, and by title."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.bodies import ItemAnswer, ItemsAnswer
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.recommender import Recommender

router = APIRouter(tags=["items"])


@router.get("/items", responses={200: {"model": ItemsAnswer}, **ERRORS})
async def items(
    request: Request,
    query: Annotated[str, Query(max_length=200, description="A part of a title.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many items.")] = 10,
) -> Response:
    """Items whose title is like a text."""
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, {"items": await recommender.call(_search, recommender, query, limit)})


@router.get("/items/{item_id}", responses={200: {"model": ItemAnswer}, **ERRORS})
async def item(request: Request, item_id: str) -> Response:
    """The facts of an item."""
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, {"item": await recommender.call(recommender.facts, item_id)})


def _search(recommender: Recommender, query: str, limit: int) -> list[dict[str, Any]]:
    record, title = recommender.record, recommender.config.dataset.items.title or recommender.config.dataset.items.id
    ids = sorted(recommender.index.store.ids(record.build).tolist())
    found = (facts for facts in recommender.catalogue.get(ids, record.build) if facts)
    return [dict(each) for each in found if query.lower() in str(each.get(title, "")).lower()][:limit]
