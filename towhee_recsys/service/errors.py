"""Errors as HTTP answers: `{"error": {"type", "message", "field", "accepted"}, "request_id"}`."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from towhee_recsys.errors import BundleError, IndexMismatchError, QueryError, RecsysError, StoreError, refused

log = logging.getLogger(__name__)

OF_STORES = (StoreError, IndexMismatchError, BundleError)
"""Errors of stores and of the model: no request causes them, and their messages may have addresses and paths."""

ACCEPTED = {
    "int_parsing": "a whole number",
    "greater_than_equal": "a whole number from {ge}",
    "less_than_equal": "a whole number up to {le}",
    "missing": "a value",
}
"""What a parameter of a path or a query takes, by pydantic's type of the error."""

RETRY_AFTER = 1
"""Seconds after which a client may try again what was answered 503."""


class ServiceError(RecsysError):
    """An error that only the service has; `status` is that of its answer."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class BodyError(ServiceError):
    """The body of a request is not acceptable JSON."""

    status = HTTPStatus.BAD_REQUEST


class UnauthorizedError(ServiceError):
    """The request has no token, or a wrong one."""

    status = HTTPStatus.UNAUTHORIZED


class ForbiddenError(ServiceError):
    """Nobody may do this as the service is configured."""

    status = HTTPStatus.FORBIDDEN


class NotFoundError(ServiceError):
    """There is nothing of that id."""

    status = HTTPStatus.NOT_FOUND


class RefusedError(ServiceError):
    """The published model may not serve."""

    status = HTTPStatus.CONFLICT


class TooLargeError(ServiceError):
    """The body has too many bytes."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, limit: int):
        super().__init__(f"the body has more than {limit:,} bytes, the most that is accepted (serve.max_body).")


class UnsupportedMediaError(ServiceError):
    """The body is of another type than JSON."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE

    def __init__(self, kind: str):
        super().__init__(f"the content type is {kind!r:.100}; application/json is accepted.")


class OverloadedError(ServiceError):
    """More requests wait than may."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, waiting: int):
        super().__init__(f"{waiting} requests wait already (serve.queue). Try again later.")


class DeadlineError(ServiceError):
    """There was no answer in time."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, seconds: float):
        super().__init__(f"there was no answer within {seconds:g} s (serve.deadline). Try again later.")


def add_error_answers(app: FastAPI) -> None:
    """Makes every error of a route an answer of one form."""
    app.add_exception_handler(RecsysError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_parameters)
    app.add_exception_handler(HTTPException, _of_http)


def error_answer(request_id: str, error: Exception) -> Response:
    """The answer for an error of ours, or for one that nobody expected, of which it shows nothing."""
    if not isinstance(error, RecsysError):
        return _answer(request_id, HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError", "the service has failed.")
    about = {name: found for name in ("field", "accepted") if (found := getattr(error, name, None)) is not None}
    return _answer(request_id, status_of(error), type(error).__name__, str(error), **about)


def status_of(error: RecsysError) -> HTTPStatus:
    """The status of the answer for an error."""
    if isinstance(error, ServiceError):
        return error.status
    if isinstance(error, QueryError):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(error, OF_STORES):
        return HTTPStatus.SERVICE_UNAVAILABLE
    return HTTPStatus.INTERNAL_SERVER_ERROR


def _answer(request_id: str, status: HTTPStatus, kind: str, message: str, **about: Any) -> Response:
    content = {"error": {"type": kind, "message": message, **about}, "request_id": request_id}
    headers = {"retry-after": str(RETRY_AFTER)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return Response(to_json(content), status, headers, "application/json")


async def _of_ours(request: Request, error: Exception) -> Response:
    """Of a route; where others can reach the service, what names a store is in the log alone."""
    request_id = request.state.request_id
    if isinstance(error, OF_STORES) and request.app.state.recommender.config.serve.tokens:
        log.warning("%s", error, extra={"fields": {"request_id": request_id}})
        message = "the recommender cannot answer at the moment; the service's log has the reason."
        return _answer(request_id, HTTPStatus.SERVICE_UNAVAILABLE, type(error).__name__, message)
    return error_answer(request_id, error)


async def _of_parameters(request: Request, error: Exception) -> Response:
    """Of a path or a query that FastAPI has checked."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    accepted = ACCEPTED.get(first["type"], first["msg"]).format_map(first.get("ctx") or {})
    return error_answer(request.state.request_id, refused(field, first["input"], accepted))


async def _of_http(request: Request, error: Exception) -> Response:
    """Of Starlette's own: there is no such path, or the method is another one."""
    assert isinstance(error, HTTPException)
    status, path = HTTPStatus(error.status_code), request.url.path
    message = f"{request.method} {path:.200}: {status.phrase}. GET /docs shows what there is."
    answer = _answer(request.state.request_id, status, "".join(status.phrase.split()) + "Error", message)
    answer.headers.update(error.headers or {})
    return answer
