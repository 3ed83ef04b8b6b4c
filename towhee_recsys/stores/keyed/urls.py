"""A store's URL, read without opening anything."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from towhee_recsys.config import expand_env, expand_url
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.kind import Server
from towhee_recsys.stores.keyed.kinds import ACCEPTED, kind_of, must_be_installed
from towhee_recsys.stores.keyed.options import options_of
from towhee_recsys.support.urls import VARIABLE, shown_url, split_url


def parse_url(url: str, setting: str) -> StoreUrl:
    """The address that `url` names: `sqlite:///FILE` (relative), `sqlite:////FILE` (absolute), or one of

        redis://USER:PASSWORD@HOST:PORT/NUMBER     and rediss://, with TLS
        mysql://USER:PASSWORD@HOST:PORT/DATABASE   and mariadb://

    with the options of `options_of` after a `?`. Characters that are special in a URL are percent-encoded (`/` in a
    password is %2F), but a password that is one `${env:NAME}` is taken as it is. `setting` is the setting of the config
    that holds the URL, for messages.

    Raises:
        StoreError: it is another kind of URL, or a package that it needs is not installed.
        ConfigError: an environment variable in it is not set.
    """
    full = expand_url(url)
    scheme, separator, rest = full.partition("://")
    secrets = frozenset(expand_env(each) for each in VARIABLE.findall(url)) - {""}
    kind = kind_of(scheme) if separator else None
    if "\0" in full:
        raise StoreError(f"{setting}: its URL has a NUL character; write it without one.")
    if kind is None or (kind.server is None and not re.fullmatch(r"/.+", rest, re.S)):
        raise StoreError(f"{setting} {shown_url(url)!r}: this kind of URL is not known. Accepted: {ACCEPTED}.")
    must_be_installed(kind, scheme, setting)
    if kind.server is None:
        return StoreUrl(kind.name, shown_url(url), secrets, setting, Path(rest[1:]).expanduser().resolve())
    try:
        return _at_server(kind.name, kind.server, full, shown_url(url), secrets, setting)
    except ValueError as error:
        raise StoreError(f"{setting} {shown_url(url)!r}: {error} Accepted: {ACCEPTED}.") from None


def _at_server(kind: str, server: Server, full: str, shown: str, secrets: frozenset[str], setting: str) -> StoreUrl:
    """The address of a server. Raises ValueError without what was given: it may be a piece of a password."""
    parts = split_url(full)
    if not re.fullmatch(server.database, parts.path):
        raise ValueError(f"what follows the host is not {server.database_is}; in a password, / is %2F.")
    return StoreUrl(
        kind=kind,
        shown=shown,
        secrets=secrets | ({parts.password, quote(parts.password, safe="")} if parts.password else frozenset()),
        setting=setting,
        host=parts.host,
        port=parts.port or server.port,
        user=parts.user,
        password=parts.password,
        database=parts.path,
        options=options_of(parts.scheme, parts.options, server),
    )
