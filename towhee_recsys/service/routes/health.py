"""Whether the service is alive, whether it can answer, and what it has done."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import APIRouter, Request
from starlette.responses import Response

from towhee_recsys.errors import RecsysError
from towhee_recsys.service.answer_bodies import Answered
from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.metrics import CONTENT_TYPE, Metrics
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.reading import checked_record
from towhee_recsys.service.recommender import Recommender

log = logging.getLogger(__name__)

router = APIRouter(tags=["health"])


@router.head("/livez", include_in_schema=False)
@router.get("/livez", responses={200: {"model": Answered}})
async def livez(request: Request) -> Response:
    """Answers as long as the process does."""
    return _answer(request, HTTPStatus.OK, {"alive": True})


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={200: {"model": Answered}, 503: ERRORS[503]})
async def readyz(request: Request) -> Response:
    """Whether model, index, catalogue and history are there and belong together."""
    recommender: Recommender = request.app.state.recommender
    if request.app.state.draining:
        return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": "the service is ending"})
    try:
        live = await recommender.call(checked_record, recommender)
    except RecsysError as error:
        why = str(error)
        if recommender.config.serve.tokens:  # others can reach this path, which needs none
            log.warning("not ready: %s", why)
            why = f"{type(error).__name__}: the service's log says more"
        return _answer(request, HTTPStatus.SERVICE_UNAVAILABLE, {"ready": False, "why": why})
    return _answer(request, HTTPStatus.OK, {"ready": True, "model_id": live.model_id, "build": live.build})


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus' metrics of this process."""
    recommender: Recommender = request.app.state.recommender
    found: Metrics = request.app.state.metrics
    return Response(found.text(recommender.model_id or ""), media_type=CONTENT_TYPE)


def _answer(request: Request, status: HTTPStatus, content: dict[str, object]) -> Response:
    answer = json_answer(request, content, status)
    answer.headers["cache-control"] = "no-store"
    return answer
