"""What needs a token in any case."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from towhee_recsys.errors import RecsysError
from towhee_recsys.service.answer_bodies import FromBuild
from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.errors import RefusedError, ServiceError
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.recommender import Recommender

router = APIRouter(prefix="/admin", tags=["administration"])

_REFUSED = ERRORS[422] | {"description": "The model of the live build cannot serve; the one before it does."}


@router.post("/reload", responses={200: {"model": FromBuild}, 409: _REFUSED, **ERRORS})
async def reload(request: Request) -> Response:
    """Changes over to the build that is live now. The service does so by itself at the next request."""
    recommender: Recommender = request.app.state.recommender
    try:
        await recommender.call(recommender.reload)
    except ServiceError:
        raise
    except RecsysError as error:
        raise RefusedError(f"the model {recommender.model_id} serves on: {error}") from error
    record = await recommender.call(lambda: recommender.record)
    return json_answer(request, {"model_id": record.model_id, "build": record.build})
