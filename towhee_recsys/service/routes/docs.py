"""Swagger UI, from this package alone."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, Response

from towhee_recsys.service.errors import NotFoundError

FOLDER = Path(__file__).resolve().parent.parent / "swagger"
_TYPES = {".css": "text/css", ".html": "text/html", ".js": "text/javascript"}
_FILES = {
    "swagger-ui.css": "swagger-ui.css.gz",
    "swagger-ui-bundle.js": "swagger-ui-bundle.js.gz",
    "docs.js": "docs.js",
}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The page that shows the OpenAPI document."""
    return FileResponse(FOLDER / "index.html", media_type="text/html")


@router.get("/docs/{name}")
async def file(request: Request, name: str) -> Response:
    """A file of that page; the large ones are kept compressed, as every browser reads them."""
    if name not in _FILES:
        raise NotFoundError(f"there is no /docs/{name:.100}.")
    found = FOLDER / _FILES[name]
    headers = {"content-encoding": "gzip"} if found.suffix == ".gz" else {}
    return FileResponse(found, headers=headers, media_type=_TYPES[Path(name).suffix])
