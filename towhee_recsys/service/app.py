"""The FastAPI app of a config."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import Lifespan

from towhee_recsys.config import Config
from towhee_recsys.service.access import Access
from towhee_recsys.service.errors import add_error_answers
from towhee_recsys.service.metrics import Metrics
from towhee_recsys.service.middleware import RequestMiddleware
from towhee_recsys.service.openapi import document_bodies
from towhee_recsys.service.page_answers import PageAnswers
from towhee_recsys.service.recommender import Recommender
from towhee_recsys.service.routes import PLAIN, ROUTERS
from towhee_recsys.version import __version__


def create_app(config: Config) -> FastAPI:
    """The service of a trained and indexed config, for any ASGI server; see docs/how-to/serving.md.

    `app.state` has the `recommender`, the `metrics`, and `draining`, which a server sets when it is about to end.

    Raises:
        ConfigError: serve.tokens cannot be used.
        IndexMismatchError: there is no index, or its model is not here.
        RecsysError: a store or the model cannot be opened.
    """
    access, metrics = Access(config.serve), Metrics()
    recommender = Recommender(config, metrics.batch)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        recommender.close()

    app = _routed(config, lifespan)
    app.state.recommender, app.state.metrics, app.state.draining = recommender, metrics, False
    app.state.page = PageAnswers(recommender)
    add_error_answers(app)
    app.add_middleware(RequestMiddleware, access=access, metrics=metrics, state=app.state)
    return app


def openapi_document(config: Config) -> dict[str, Any]:
    """The OpenAPI document of the service of a config, which need not be trained or indexed."""
    return _routed(config).openapi()


def _routed(config: Config, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """The app with its routes and their documentation."""
    app = FastAPI(
        title=f"towhee-recsys: {config.dataset.name}",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.router.routes.append(PLAIN)
    for router in ROUTERS:
        app.include_router(router)
    document_bodies(app, config)
    return app
