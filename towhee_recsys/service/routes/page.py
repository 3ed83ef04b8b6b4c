"""The page for people at /, and its files."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).resolve().parent.parent / "page"

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> Response:
    """The page."""
    return FileResponse(FOLDER / "index.html", media_type="text/html")


router.mount("/static", StaticFiles(directory=FOLDER, check_dir=False), "static")
