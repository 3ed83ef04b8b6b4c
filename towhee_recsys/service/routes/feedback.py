"""What users do, as it happens."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from towhee_recsys.service.answer_bodies import FeedbackAnswer
from towhee_recsys.service.answers import json_answer, listed
from towhee_recsys.service.json_body import json_body
from towhee_recsys.service.openapi import ERRORS, body
from towhee_recsys.service.recommender import Recommender

router = APIRouter(tags=["users"])


@router.post(
    "/feedback",
    responses={200: {"model": FeedbackAnswer}, **ERRORS},
    openapi_extra=body("FeedbackBody", one_or_list=True),
)
async def feedback(request: Request) -> Response:
    """Records an interaction, or a list of them: all or none.

    From the next request on the items are left out for their users, and what they have done counts. What was answered
    200 is on disk. The same request can be sent again: an event replaces the one of its user with its key.
    """
    recommender: Recommender = request.app.state.recommender
    given: Any = await json_body(request, recommender.config.serve.max_body)
    events = listed(given, recommender.config.serve.max_requests) if isinstance(given, list) else [given]
    return json_answer(request, {"accepted": await recommender.add_feedback(events)})
