"""Who may use the service: anybody on this machine, or those who have a token."""

from __future__ import annotations

import hmac
import ipaddress
import re
from functools import lru_cache

from towhee_recsys.config.references import expand_env
from towhee_recsys.config.serving import ServeConfig
from towhee_recsys.errors import ConfigError
from towhee_recsys.service.errors import ForbiddenError, UnauthorizedError

SHORTEST = 16
"""Characters of the shortest token that is accepted."""

OPEN = re.compile(r"/|/livez|/readyz|/favicon\.ico|/openapi\.json|/docs(?:/.*)?|/static/.*")
"""Paths that need no token: they show nothing of users and items."""

_HOST = re.compile(r"\[?(?P<name>[^\]]*?)\]?(?::\d+)?")


class Access:
    """The tokens of a config.

    Raises:
        ConfigError: a token is too short, or a variable is not set.
    """

    def __init__(self, settings: ServeConfig):
        tokens = expand_env(settings.tokens or "").split()
        if any(len(token) < SHORTEST for token in tokens):
            raise ConfigError(f"serve.tokens: a token has fewer than {SHORTEST} characters; give longer ones.")
        self._tokens = [token.encode() for token in tokens]

    def must_be_able_to_listen(self, host: str) -> None:
        """Checks that a service may listen on `host`.

        Raises:
            ConfigError: others than this machine could reach it, and there is no token.
        """
        if not self._tokens and not is_loopback(host):
            raise ConfigError(
                f"--host {host}: others can reach this address, and there is no token. Set serve.tokens to a text of "
                f"{SHORTEST} characters or more, such as '${{env:RECSYS_TOKENS}}', or listen on 127.0.0.1."
            )

    def check(self, path: str, authorization: str, host: str) -> None:
        """Whether a request may be answered.

        Raises:
            UnauthorizedError: it has no token, or a wrong one.
            ForbiddenError: nobody may do this without a token, and there is none.
        """
        if not self._tokens:
            if path.startswith("/admin/"):
                raise ForbiddenError("/admin needs a token: set serve.tokens, and give one as Authorization: Bearer.")
            if not is_loopback(_name(host)):
                raise ForbiddenError(f"the host {host!r:.100} is not this machine's; without serve.tokens, only it is.")
        elif not OPEN.fullmatch(path) and not self._knows(authorization):
            raise UnauthorizedError("a token is needed, as Authorization: Bearer TOKEN (serve.tokens).")

    def _knows(self, authorization: str) -> bool:
        """Whether the header has one of the tokens; takes the same time whichever it is, or how much of it is right."""
        kind, _, given = authorization.partition(" ")
        sent = given.strip(" \t").encode("latin-1", "replace")  # the bytes of the header
        same = [hmac.compare_digest(sent, token) for token in self._tokens]
        return kind.lower() == "bearer" and any(same)


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    found = _HOST.fullmatch(host)
    return found["name"] if found else host
