"""Opens a keyed store by its URL."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from towhee_recsys.stores.keyed.address import StoreUrl
from towhee_recsys.stores.keyed.kind import StoreKind
from towhee_recsys.stores.keyed.kinds import KINDS
from towhee_recsys.stores.keyed.protocol import GroupedStore, KeyedStore
from towhee_recsys.stores.keyed.urls import parse_url
from towhee_recsys.support.forks import new_lock

_Store = TypeVar("_Store", KeyedStore, GroupedStore)
_Stores = dict[tuple[StoreUrl, str], _Store]

_keyed: _Stores[KeyedStore] = {}
_grouped: _Stores[GroupedStore] = {}
_lock = new_lock()


def open_keyed(url: str, table: str, setting: str) -> KeyedStore:
    """The `table` in the store at `url`, opened once a process; see `parse_url` for the URLs that are accepted.

    `table` is a plain name, such as "facts"; `setting` is the setting of the config that holds the URL, for messages.

    Raises:
        StoreError: it is another kind of URL, or the store cannot be opened.
        ConfigError: an environment variable in it is not set.
    """
    return _opened(_keyed, lambda kind: kind.open, parse_url(url, setting), table)


def open_groups(url: str, table: str, setting: str) -> GroupedStore:
    """The same for a `table` with groups.

    Raises:
        StoreError: it is another kind of URL, or the store cannot be opened.
        ConfigError: an environment variable in it is not set.
    """
    return _opened(_grouped, lambda kind: kind.open_groups, parse_url(url, setting), table)


def _opened(
    stores: _Stores[_Store],
    open_of: Callable[[StoreKind], Callable[[StoreUrl, str], _Store]],
    address: StoreUrl,
    table: str,
) -> _Store:
    if (address, table) not in stores:
        [kind] = (each for each in KINDS if each.name == address.kind)
        opened = open_of(kind)(address, table)  # outside the lock: no caller waits for another caller's server
        with _lock:
            stores.setdefault((address, table), opened)
    return stores[address, table]


def check_url(url: str, setting: str) -> None:
    """Checks the URL of a store; opens nothing.

    Raises:
        StoreError: it is another kind of URL, or a package that it needs is not installed.
        ConfigError: an environment variable in it is not set.
    """
    parse_url(url, setting)
