"""The facts that requests have read, so that the next ones need not read and parse them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from towhee_recsys.stores.catalogue.facts import Item

MAX_ITEMS = 65_536
"""Items that are kept; about 40 MB. Then it begins anew, and of more at once none are."""


class FactsCache:
    """The items of one version, as long as the store's state is the same. Not safe under threads."""

    def __init__(self) -> None:
        self._of: tuple[str, int] | None = None
        self._kept: dict[int, Item] = {}

    def of(self, ids: Iterable[int], version: str, state: int) -> dict[int, Item | None]:
        """Those of `ids` that are known of that version in that state of the store; all else is forgotten."""
        if self._of != (version, state):
            self._of, self._kept = (version, state), {}
        kept = self._kept
        return {key: _copy(kept[key]) for key in ids if key in kept}

    def keep(self, read: Mapping[int, Item | None]) -> None:
        """Adds what was read of the version and state that were asked for last; broken rows are not kept."""
        if len(self._kept) + len(read) > MAX_ITEMS:
            self._kept = {}
        if len(read) <= MAX_ITEMS:
            self._kept |= {key: _copy(item) for key, item in read.items() if item}


def _copy(item: Item) -> Item:
    """What is done to an answer must not change the next one."""
    return {**item, "genres": item["genres"][:]}
