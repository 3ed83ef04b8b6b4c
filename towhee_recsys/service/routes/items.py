"""Items: by id, and by title."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic_core import to_json
from starlette.responses import Response

from towhee_recsys.data.item_ids import item_id as id_of_type
from towhee_recsys.errors import QueryError
from towhee_recsys.service.bodies import Answered
from towhee_recsys.service.errors import NotFoundError
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.recommender import Recommender

router = APIRouter(tags=["items"])


@router.get("/items", responses={200: {"model": Answered}, **ERRORS})
async def items(
    request: Request,
    query: Annotated[str, Query(max_length=200, description="A part of a title.")] = "",
    limit: Annotated[int, Query(ge=1, le=100, description="How many items.")] = 10,
) -> Response:
    """Items whose title is like a text."""
    recommender: Recommender = request.app.state.recommender
    found = await recommender.call(_search, recommender, query, limit)
    return _answer(request, {"items": found})


@router.get("/items/{item_id}", responses={200: {"model": Answered}, **ERRORS})
async def item(request: Request, item_id: str) -> Response:
    """The facts of an item."""
    recommender: Recommender = request.app.state.recommender
    return _answer(request, {"item": await recommender.call(facts_of, recommender, item_id)})


def facts_of(recommender: Recommender, given: str) -> dict[str, Any]:
    """The facts of the item with the id of a path.

    Raises:
        NotFoundError: the index has no such item.
        StoreError: a store fails.
    """
    record, column = recommender.record, recommender.config.dataset.items.id
    try:
        [facts] = recommender.catalogue.get([id_of_type(given, record.id_type, column)], record.build)
    except QueryError as error:
        raise NotFoundError(str(error)) from None
    if facts is None:
        raise NotFoundError(f"there is no item {given!r:.200} in the index. GET /items?query= finds items by title.")
    return dict(facts)


def _search(recommender: Recommender, query: str, limit: int) -> list[dict[str, Any]]:
    record, title = recommender.record, recommender.config.dataset.items.title or recommender.config.dataset.items.id
    ids = sorted(recommender.index.store.ids(record.build).tolist())
    found = (facts for facts in recommender.catalogue.get(ids, record.build) if facts)
    return [dict(each) for each in found if query.lower() in str(each.get(title, "")).lower()][:limit]


def _answer(request: Request, content: dict[str, Any]) -> Response:
    about = {"request_id": request.state.request_id}
    return Response(to_json({**about, **content}, inf_nan_mode="null"), media_type="application/json")
