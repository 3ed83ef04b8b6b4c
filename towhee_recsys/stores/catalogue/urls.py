"""A catalogue's URL, read without opening anything."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from towhee_recsys.config import expand_env
from towhee_recsys.config.secrets import PASSWORD, VARIABLE, without_password
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.catalogue.address import CatalogueUrl
from towhee_recsys.stores.catalogue.kind import Server
from towhee_recsys.stores.catalogue.kinds import ACCEPTED, kind_of, must_be_installed
from towhee_recsys.stores.catalogue.options import options_of

_HOST = re.compile(
    r"(.*@)?([\w.-]+|\[[0-9a-fA-F:.]+\])(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}))?", re.S
)
"""After the password: a name, or an address in brackets, and a port."""


def parse_url(url: str) -> CatalogueUrl:
    """What `url` says: `sqlite:///FILE` (relative), `sqlite:////FILE` (absolute), or one of

        redis://USER:PASSWORD@HOST:PORT/NUMBER     and rediss://, with TLS
        mysql://USER:PASSWORD@HOST:PORT/DATABASE   and mariadb://

    with the options of `options_of` after a `?`. What is special in a URL is percent-encoded in it (`/` in a password
    is %2F), but a password that is one `${env:NAME}` is taken as it is.

    Raises:
        StoreError: it is another kind of URL, or a package that it needs is not installed.
        ConfigError: an environment variable in it is not set.
    """
    full = expand_env(PASSWORD.sub(lambda found: found[1] + _encoded(found[2]), url))
    scheme, separator, rest = full.partition("://")
    secrets = frozenset(expand_env(each) for each in VARIABLE.findall(url)) - {""}
    kind = kind_of(scheme) if separator else None
    if "\0" in full:
        raise StoreError("the catalogue's URL has a NUL character; write it without one.")
    if kind is None or (kind.server is None and not re.fullmatch(r"/.+", rest, re.S)):
        unknown = f"{scheme}://..." if separator else url  # the rest of it may hold a password
        raise StoreError(f"catalogue {unknown!r}: this kind of URL is not known. Accepted: {ACCEPTED}.")
    must_be_installed(kind, scheme)
    if kind.server is None:
        return CatalogueUrl(kind.name, url, secrets, Path(rest[1:]).expanduser().resolve())
    try:
        return _at_server(kind.name, kind.server, full, without_password(url), secrets)
    except ValueError as error:
        raise StoreError(f"catalogue '{scheme}://...': {error} Accepted: {ACCEPTED}.") from None


def _encoded(password: str) -> str:
    return quote(expand_env(password), safe="") if VARIABLE.fullmatch(password) else password


def _at_server(kind: str, server: Server, full: str, shown: str, secrets: frozenset[str]) -> CatalogueUrl:
    """The address of a server. Raises ValueError without what was given: it may be a piece of a password."""
    parts = urlsplit(full)
    database = unquote(parts.path.removeprefix("/"))
    if not _HOST.fullmatch(parts.netloc) or parts.fragment:
        raise ValueError("it names no host, or its port is not a number; in a password, / is %2F, ? is %3F, # is %23.")
    if not re.fullmatch(server.database, database):
        raise ValueError(f"what follows the host is not {server.database_is}; in a password, / is %2F.")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    return CatalogueUrl(
        kind=kind,
        shown=shown,
        secrets=secrets | ({password} if password else frozenset()),
        host=parts.hostname or "",
        port=parts.port or server.port,
        user=user,
        password=password,
        database=database,
        options=options_of(parts.scheme, parts.query, server),
    )
