"""A catalogue's URL: what it may be, and how it is shown without its secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from towhee_recsys.config import expand_env
from towhee_recsys.config.secrets import HIDDEN, PASSWORD, VARIABLE, without_password
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.options import Options, options_of

ACCEPTED = (
    "sqlite:///FILE, redis://[USER:PASSWORD@]HOST[:PORT][/NUMBER], rediss://... (the same with TLS), "
    "mysql://[USER:PASSWORD@]HOST[:PORT]/DATABASE"
)
_KINDS = {"redis": "redis", "rediss": "redis", "mysql": "mysql", "mysql+pymysql": "mysql", "mariadb": "mysql"}
_PORTS = {"redis": 6379, "mysql": 3306}
_PACKAGES = {"redis": ["redis"], "mysql": ["sqlalchemy", "pymysql"]}
_HOST = re.compile(
    r"(.*@)?([\w.-]+|\[[0-9a-fA-F:.]+\])(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}))?", re.S
)
"""After the password: a name, or an address in brackets, and a port."""


@dataclass(frozen=True)
class CatalogueUrl:
    """Where a catalogue is. Two are equal that lead to the same place in the same way, however they are written."""

    kind: str
    """`sqlite`, `redis` or `mysql`."""
    shown: str = field(compare=False)
    """As it was written: `${env:NAME}` is not expanded, and a literal password is ***."""
    secrets: frozenset[str] = field(compare=False, repr=False)
    file: Path | None = field(default=None, repr=False)
    host: str = field(default="", repr=False)
    port: int = field(default=0, repr=False)
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    database: str = field(default="", repr=False)
    options: Options = field(default_factory=Options, repr=False)

    def hide(self, text: str) -> str:
        """`text` with *** where it has the password, or what the environment put into the URL."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


def parse_url(url: str) -> CatalogueUrl:
    """What `url` says; nothing is opened. It is `sqlite:///FILE` (relative), `sqlite:////FILE` (absolute), or one of

        redis://USER:PASSWORD@HOST:PORT/NUMBER     and rediss://, with TLS
        mysql://USER:PASSWORD@HOST:PORT/DATABASE   and mariadb://

    with the options of `options_of` after a `?`. What is special in a URL is percent-encoded in it (`/` in a password
    is %2F), but a password that is one `${env:NAME}` is taken as it is.

    Raises StoreError for anything else, and when a package that it needs is not installed.
    """
    full = expand_env(PASSWORD.sub(lambda found: found[1] + _encoded(found[2]), url))
    scheme, separator, rest = full.partition("://")
    secrets = frozenset(expand_env(each) for each in VARIABLE.findall(url)) - {""}
    if scheme == "sqlite" and rest.startswith("/") and rest != "/":
        return CatalogueUrl("sqlite", url, secrets, Path(rest[1:]).expanduser().resolve())
    if scheme not in _KINDS:
        unknown = f"{scheme}://..." if separator else url  # the rest of it may hold a password
        raise StoreError(f"catalogue {unknown!r}: this kind of URL is not known. Accepted: {ACCEPTED}.")
    try:
        address = _server(scheme, full, without_password(url), secrets)
    except ValueError as error:
        raise StoreError(f"catalogue {f'{scheme}://...'!r}: {error} Accepted: {ACCEPTED}.") from None
    _must_be_installed(scheme)
    return address


def _encoded(password: str) -> str:
    return quote(expand_env(password), safe="") if VARIABLE.fullmatch(password) else password


def _server(scheme: str, full: str, shown: str, secrets: frozenset[str]) -> CatalogueUrl:
    """The address of a server. Raises ValueError without what was given: it may be a piece of a password."""
    kind, parts = _KINDS[scheme], urlsplit(full)
    database = unquote(parts.path.removeprefix("/"))
    if not _HOST.fullmatch(parts.netloc) or parts.fragment:
        raise ValueError("it names no host, or no number as its port; in a password, / is %2F, ? is %3F, # is %23.")
    if kind == "redis" and not re.fullmatch(r"[0-9]*", database):
        raise ValueError("after the host stands no number of a database; in a password, / is %2F.")
    if kind == "mysql" and not re.fullmatch(r"[^/@]+", database):
        raise ValueError("after the host stands no name of a database; in a password, / is %2F.")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    return CatalogueUrl(
        kind=kind,
        shown=shown,
        secrets=secrets | ({password} if password else frozenset()),
        host=parts.hostname or "",
        port=parts.port or _PORTS[kind],
        user=user,
        password=password,
        database=database,
        options=options_of(scheme, parts.query),
    )


def _must_be_installed(scheme: str) -> None:
    kind = _KINDS[scheme]
    if missing := [name for name in _PACKAGES[kind] if find_spec(name) is None]:
        raise StoreError(
            f"catalogue {f'{scheme}://...'!r} needs the package {missing[0]}, which is not installed. "
            f"Install it with: pip install 'towhee_recsys[{kind}]'."
        )
