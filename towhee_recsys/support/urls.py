"""URLs that may hold a password: how they are read, and how they are shown.

Hiding does not depend on reading: a text is shown as far as it is known to be harmless, so a misspelt URL shows less,
not more.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

HIDDEN = "***"
"""What stands for whatever may be a secret."""

VARIABLE = re.compile(r"\$\{env:\w+\}")
"""`${env:NAME}`: a text from the environment. As it is written it is no secret."""

_ENV = VARIABLE.pattern
_START = re.compile(rf"(?:{_ENV}|[A-Za-z][A-Za-z0-9+.-]*)://")
_URL = re.compile(
    rf"(?P<start>{_START.pattern})(?:(?P<access>[^@/?#]*[^@:/?#])@)?"
    rf"(?P<location>(?:(?:{_ENV}|[\w.-])+|\[[0-9a-fA-F:.]+\])(?::(?:{_ENV}|[0-9]{{1,5}}))?(?:/(?:{_ENV}|[\w.%-])*)*)"
    r"(?:\?(?P<options>[^@]*))?"
)
_ACCESS_BY_VARIABLES = re.compile(rf"(?:(?:{_ENV}|[\w.-])*:)?{_ENV}")
_OPTION = r"timeout|ssl|ssl_(?:ca|cert|key|ca_certs|certfile|keyfile|check_hostname)"
_SHOWN_OPTION = re.compile(rf"(?:{_OPTION})=(?:[0-9]{{1,4}}(?:\.[0-9]+)?|true|false|{_ENV})")
_HARMLESS = re.compile(rf"(?:{_ENV}|[^@:?#&=])*")
_HOST = re.compile(r"(?:.*@)?(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?", re.S)


class Url(NamedTuple):
    """The parts of a URL. User, password and path are decoded; the path has no `/` at its beginning."""

    scheme: str
    user: str | None
    password: str | None
    host: str
    port: int | None
    path: str
    options: str

    @property
    def address(self) -> str:
        """The same URL without user, password and options."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{host}{port}/{quote(self.path)}".removesuffix("/")


def split_url(url: str) -> Url:
    """The parts of `scheme://USER:PASSWORD@HOST:PORT/PATH?OPTIONS`, whose variables are expanded.

    Raises:
        ValueError: it is no such URL; the message shows nothing of it.
    """
    try:
        parts = urlsplit(url)
        port, usable = parts.port, _HOST.fullmatch(parts.netloc) and not parts.fragment
    except ValueError:  # it may quote the password
        port, usable = None, None
    if not usable:
        raise ValueError("it names no host, or its port is not a number; in a password, / is %2F, ? is %3F, # is %23.")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    path = unquote(parts.path.removeprefix("/"))
    return Url(parts.scheme, user, password, parts.hostname or "", port, path, parts.query)


def shown_url(url: str) -> str:
    """A URL or a path as it may be shown: without user and password, with *** for everything that may be a secret.

    `${env:NAME}` stays, and so does a user name whose password is `${env:NAME}`. Of what is neither a URL nor a path
    without special characters nothing is shown but a scheme.
    """
    if found := _URL.fullmatch(url):
        return found["start"] + _shown_access(found["access"]) + found["location"] + _shown_options(found["options"])
    start = _START.match(url)
    before = start[0] if start else ""
    rest = url[len(before) :]
    is_path = not rest or rest.startswith("/") or not before
    return before + (rest if is_path and _HARMLESS.fullmatch(rest) else HIDDEN)


def shown_secret(text: str) -> str:
    """A secret as it may be shown: *** unless it is one `${env:NAME}`."""
    return text if VARIABLE.fullmatch(text) else HIDDEN


def shown_text(text: str) -> str:
    """Any text as it may be shown: as a URL where it looks like one, else as it is."""
    return shown_url(text) if re.search(r"@|://|:/|//", text) else text


def _shown_access(access: str | None) -> str:
    if access is None:
        return ""
    return f"{access if _ACCESS_BY_VARIABLES.fullmatch(access) else HIDDEN}@"


def _shown_options(options: str | None) -> str:
    if options is None:
        return ""
    return "?" + "&".join(each if _SHOWN_OPTION.fullmatch(each) else HIDDEN for each in options.split("&"))
