"""Users: what is known of them, and how they are forgotten."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from towhee_recsys.data.user_ids import possible_ids
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle import forget_user
from towhee_recsys.service.answer_bodies import ForgottenAnswer, UserAnswer
from towhee_recsys.service.answers import json_answer
from towhee_recsys.service.errors import NotFoundError
from towhee_recsys.service.openapi import ERRORS
from towhee_recsys.service.reading import knows_user
from towhee_recsys.service.recommender import Recommender
from towhee_recsys.stores.feedback.reading import as_record

router = APIRouter(prefix="/users", tags=["users"])

MOST = 100
"""Items of a history that are shown."""


@router.get("/{user_id:path}", responses={200: {"model": UserAnswer}, **ERRORS})
async def user(request: Request, user_id: str) -> Response:
    """What is known of a user: the items of the past, and the feedback since."""
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, await recommender.call(_about, recommender, user_id))


@router.delete("/{user_id:path}", responses={200: {"model": ForgottenAnswer}, **ERRORS})
async def forget(request: Request, user_id: str) -> Response:
    """Removes a user's feedback, and the user's items from the history of every build.

    A model that was trained on them keeps what it learned until it is trained without them.
    """
    recommender: Recommender = request.app.state.recommender
    return json_answer(request, await recommender.call(_forgotten, recommender, user_id))


def _about(recommender: Recommender, given: str) -> dict[str, Any]:
    ids, record = possible_ids(given), recommender.record
    if not ids:
        raise _unknown(given)
    seen = [item for items in recommender.history.get(ids, record.build) for item in items]
    [events] = recommender.feedback.read([given])[1]
    known = knows_user(recommender, given)
    if not (seen or events or known):
        raise _unknown(given)
    facts = recommender.catalogue.get(seen[:MOST], record.build)
    declared = recommender.config.dataset.interactions
    return {
        "user": {recommender.config.dataset.users.id: ids[0]},
        "known_to_model": known,
        "seen": len(seen),
        "history": [dict(each) for each in facts if each],
        "feedback": [as_record(event, declared) for event in events],
    }


def _forgotten(recommender: Recommender, given: str) -> dict[str, Any]:
    try:
        found = bool(possible_ids(given)) and forget_user(recommender.config, given)
    except QueryError:  # no dataset can have such an id
        found = False
    if not found:
        raise _unknown(given)
    return {"forgotten": possible_ids(given)[0]}


def _unknown(given: str) -> NotFoundError:
    return NotFoundError(f"nothing is known of a user {given!r:.200}.")
