"""The definition of a kind of keyed store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.protocol import GroupedStore, KeyedStore


@dataclass(frozen=True)
class Server:
    """The URL of a server: its default port, its database, and the names of its options of TLS.

    Attributes:
        port: The port where the URL names none.
        database: A regular expression that everything after the host must match.
        database_is: What that is, for messages: "the number of a database".
        tls_files: The options that name files: of the authorities, of the client's certificate and of its key.
        tls_scheme: The scheme that requires TLS; None where the option `ssl` does.
    """

    port: int
    database: str
    database_is: str
    tls_files: tuple[str, str, str]
    tls_scheme: str | None = None


@dataclass(frozen=True)
class StoreKind:
    """One kind of store.

    Attributes:
        name: Its name, which is also that of the extra with its packages.
        schemes: What its URLs can begin with.
        accepted: Its URLs, for messages.
        open: Opens a table of the store at an address; it imports what it needs. Raises StoreError.
        open_groups: The same for a table with groups.
        packages: The packages that it needs, as they are imported.
        server: The URL of its server; None for a file.
    """

    name: str
    schemes: tuple[str, ...]
    accepted: str
    open: Callable[[StoreUrl, str], KeyedStore]
    open_groups: Callable[[StoreUrl, str], GroupedStore]
    packages: tuple[str, ...] = ()
    server: Server | None = None
