"""Bodies of requests: JSON, strictly, and of limited size."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from starlette.requests import Request

from towhee_recsys.service.errors import BodyError, TooLargeError, UnsupportedMediaError

MAX_DEPTH = 20
"""Lists and objects in one another; a request needs five."""

_JSON_TYPE = re.compile(r"application/(?:json|[\w.+-]+\+json)\s*(?:;.*)?", re.I)
_LONG_NUMBER = re.compile(r"[0-9]{19}")


async def json_body(request: Request, limit: int) -> Any:
    """The value in the body of a request.

    Raises:
        UnsupportedMediaError: its content type is not JSON: browsers send no other site's JSON without asking first.
        TooLargeError: it has more bytes than `limit`.
        BodyError: it is not acceptable JSON.
    """
    kind = request.headers.get("content-type", "")
    if not _JSON_TYPE.fullmatch(kind):
        raise UnsupportedMediaError(kind)
    return parsed(await _read(request, limit))


def parsed(body: bytes) -> Any:
    """The value of a JSON text.

    Raises:
        BodyError: it is no JSON, has NaN, an infinite number, one beyond 64 bits, a name twice in one object, half of
            a surrogate pair, or lists and objects more than 20 deep.
    """
    try:
        text = body.decode("utf-8")
        decoder = _LONG if _LONG_NUMBER.search(text) else _USUAL
        value = decoder.decode(text)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeError:
        raise BodyError("the body is not UTF-8, or has half of a surrogate pair.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise BodyError(f"the body is not acceptable JSON: {error}.") from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise _too_deep()
    return value


async def _read(request: Request, limit: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise TooLargeError(limit)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:  # a chunked body gives no length before
            raise TooLargeError(limit)
    return bytes(body)


def _too_deep() -> BodyError:
    return BodyError(f"the body has lists and objects in one another more than {MAX_DEPTH} deep.")


def _depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r:.100} stands twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.40} is beyond the largest number of 64 bits")
    return number


def _whole(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"{text:.40} is beyond the whole numbers of 64 bits")
    return int(text)


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


_USUAL = json.JSONDecoder(object_pairs_hook=_object, parse_float=_finite, parse_constant=_constant)
_LONG = json.JSONDecoder(object_pairs_hook=_object, parse_float=_finite, parse_int=_whole, parse_constant=_constant)
