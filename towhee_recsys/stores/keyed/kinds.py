"""The kinds of keyed stores. A new one is a module with its `KIND`, and a line here."""

from __future__ import annotations

from importlib.util import find_spec

from towhee_recsys.errors import StoreError
from towhee_recsys.stores.keyed import mysql, redis, sqlite
from towhee_recsys.stores.keyed.kind import StoreKind

KINDS: tuple[StoreKind, ...] = (
    sqlite.KIND,
    redis.KIND,
    mysql.KIND,
)

ACCEPTED = ", ".join(kind.accepted for kind in KINDS)
"""The URLs of all kinds, for messages."""


def kind_of(scheme: str) -> StoreKind | None:
    """The kind whose URLs begin with `scheme`, None if there is none."""
    return next((kind for kind in KINDS if scheme in kind.schemes), None)


def must_be_installed(kind: StoreKind, scheme: str, setting: str) -> None:
    """Checks for the packages that a kind needs, without importing them.

    Raises:
        StoreError: one is missing.
    """
    if missing := [name for name in kind.packages if find_spec(name) is None]:
        raise StoreError(
            f"{setting} '{scheme}://...' needs the package {missing[0]}, which is not installed. "
            f"Install it with: pip install 'towhee_recsys[{kind.name}]'."
        )
