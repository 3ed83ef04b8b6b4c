"""Around every request: its id, the token, the log line, the metrics and the headers of its answer."""

from __future__ import annotations

import logging
import re
import time
from random import getrandbits
from typing import Any

from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from towhee_recsys.errors import RecsysError
from towhee_recsys.service.access import Access
from towhee_recsys.service.errors import error_answer
from towhee_recsys.service.logs import ACCESS
from towhee_recsys.service.metrics import Metrics

log = logging.getLogger(__name__)

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_POLICY = (
    b"content-security-policy",
    b"default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'; object-src 'none'",
)
_POLICY_OF_DOCS = (_POLICY[0], _POLICY[1] + b"; style-src 'self' 'unsafe-inline'")  # Swagger UI styles its elements


class RequestMiddleware:
    """Plain ASGI middleware, which costs a request less than Starlette's middleware classes."""

    def __init__(self, app: ASGIApp, access: Access, metrics: Metrics, state: State):
        self._app, self._access, self._metrics, self._state = app, access, metrics, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, headers, path = time.perf_counter(), _headers(scope), scope["path"]
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else f"{getrandbits(64):016x}"
        scope.setdefault("state", {})["request_id"] = request_id
        added = [(b"x-request-id", request_id.encode()), *_HEADERS]
        added.append(_POLICY_OF_DOCS if path.startswith("/docs") else _POLICY)
        if self._state.draining:  # the service is about to end
            added.append((b"connection", b"close"))
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])  # of an HTTPStatus Python 3.10 writes the name
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        try:
            self._access.check(path, headers.get("authorization", ""), headers.get("host", ""))
            if batcher := self._state.recommender.batchers.get(path[1:]):
                batcher.must_have_room(1)  # a refusal costs least before the body is read
            await self._app(scope, receive, answer)
        except RecsysError as error:
            await error_answer(request_id, error)(scope, receive, answer)
        except Exception as error:
            log.exception("a request failed", extra={"fields": {"request_id": request_id}})
            if not status:
                await error_answer(request_id, error)(scope, receive, answer)
        finally:
            self._done(scope, request_id, status, time.perf_counter() - began)

    def _route(self, scope: Scope) -> str:
        """The pattern of a request's path; one that was refused before its route was found has a plain path."""
        if found := scope.get("route"):
            return str(getattr(found, "path_format", "unknown"))
        return str(scope["path"]) if scope["path"][1:] in self._state.recommender.batchers else "unknown"

    def _done(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = self._route(scope)
        self._metrics.answered(route, status, seconds)
        if ACCESS.isEnabledFor(logging.INFO):
            about: dict[str, Any] = {"request_id": request_id, "method": scope["method"], "route": route}
            ACCESS.info("request", extra={"fields": {**about, "status": status, "ms": round(seconds * 1000, 2)}})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
