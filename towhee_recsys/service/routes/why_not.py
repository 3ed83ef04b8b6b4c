"""Why an item is not recommended."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from starlette.responses import Response

from towhee_recsys.bundle.towers import loaded
from towhee_recsys.errors import QueryError
from towhee_recsys.pipelines import why_not
from towhee_recsys.service.answer_bodies import WhyNotAnswer
from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.errors import NotFoundError
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.reading import item_facts
from towhee_recsys.service.recommender import Recommender

router = APIRouter(tags=["recommendations"])


@router.get("/why-not/{user_id:path}/{item_id:path}", responses={200: {"model": WhyNotAnswer}, **ERRORS})
async def why_not_recommended(request: Request, user_id: str, item_id: str) -> Response:
    """The score and the rank of an item for a user, and every rule that keeps it out of the recommendations."""
    recommender: Recommender = request.app.state.recommender
    if raw := request.scope.get("raw_path"):  # ids may have slashes, which alone it keeps apart
        user_id, item_id = map(unquote, raw.decode("latin-1").split("/")[-2:])
    return json_answer(request, await recommender.call(_found, recommender, user_id, item_id))


def _found(recommender: Recommender, user_id: str, item_id: str) -> dict[str, Any]:
    if item_id not in loaded(recommender.bundle, "item").rows:  # nor is it a title, as it may be in Python
        item_facts(recommender, item_id)
    try:
        user = {recommender.config.dataset.users.id: user_id}
        return why_not(recommender.config, user, item_id, recommend=recommender.pipelines["recommend"])
    except QueryError as error:  # there is no such user, or no such item
        raise NotFoundError(str(error)) from None
