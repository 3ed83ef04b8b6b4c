"""The facts that were read last, so that the next requests need not read and parse them again."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from towhee_recsys.stores.catalogue.facts import Facts

MAX_ITEMS = 65_536
"""Items that are kept, about 40 MB. The cache is emptied before it would grow larger; a larger read is not kept."""


class FactsCache:
    """Facts of one version by key, valid as long as the store's state is the same. Not safe under threads."""

    def __init__(self) -> None:
        self._valid_for: tuple[str, Hashable] | None = None
        self._facts: dict[str, tuple[Facts, list[str]]] = {}  # with the columns whose values are lists

    def get(self, keys: Iterable[str], version: str, state: Hashable) -> dict[str, Facts | None]:
        """Copies of the facts that are cached for that version in that state; for another one the cache is emptied."""
        if self._valid_for != (version, state):
            self._valid_for, self._facts = (version, state), {}
        facts = self._facts
        return {key: _copy(*facts[key]) for key in keys if key in facts}

    def add(self, read: Mapping[str, Facts | None]) -> None:
        """Adds what was read of the version and state of the last `get`; broken rows are left out."""
        if len(self._facts) + len(read) > MAX_ITEMS:
            self._facts = {}
        if len(read) <= MAX_ITEMS:
            for key, facts in read.items():
                if facts:
                    lists = [column for column, value in facts.items() if isinstance(value, list)]
                    self._facts[key] = _copy(facts, lists), lists


def _copy(facts: Facts, lists: Iterable[str]) -> Facts:
    """A caller may change its answer, lists included, without changing the next one."""
    copied = facts.copy()
    for column in lists:
        copied[column] = copied[column][:]
    return copied
