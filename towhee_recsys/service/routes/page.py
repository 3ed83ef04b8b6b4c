"""The page for people at /, its files, and what it is built from."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from towhee_recsys.page import STATIC
from towhee_recsys.service.page_answers import Made, PageAnswers
from towhee_recsys.service.recommender import Recommender

_CHECKED = {"cache-control": "no-cache"}
"""A browser asks each time whether a file has changed, so that it never mixes those of two versions."""


class Files(StaticFiles):
    """The files of the page."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The answer for a file, or that it is unchanged."""
        response = super().file_response(*args, **kwargs)
        response.headers.update(_CHECKED)
        return response


router = APIRouter(include_in_schema=False)
files = Files(directory=STATIC)


@router.head("/")
@router.get("/")
async def page() -> Response:
    """The page."""
    return FileResponse(STATIC / "index.html", media_type="text/html", headers=_CHECKED)


@router.get("/static/{path:path}")
async def file(request: Request, path: str) -> Response:
    """A file of the page."""
    return await files.get_response(path, request.scope)


@router.get("/page.json")
async def description(request: Request) -> Response:
    """What the page has controls for."""
    return _json((await _made(request)).page)


@router.get("/map.json")
async def item_map(request: Request) -> Response:
    """The map of all items."""
    return _json((await _made(request)).map)


async def _made(request: Request) -> Made:
    recommender: Recommender = request.app.state.recommender
    answers: PageAnswers = request.app.state.page
    return await recommender.call(answers)


def _json(compressed: bytes) -> Response:
    """JSON as every browser reads it, compressed."""
    return Response(compressed, headers={"content-encoding": "gzip", **_CHECKED}, media_type="application/json")
