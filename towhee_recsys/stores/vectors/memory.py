"""A vector store in memory: small, exact, and lost when its process ends. For tests, trials and as a reference."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from towhee_recsys.config.milvus import IndexType, ServerConfig, given_options
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import EXACT, creation_settings
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, Description, Found, Layout, Records
from towhee_recsys.stores.vectors.rows import Id, Rows, id_array
from towhee_recsys.support.forks import new_lock
from towhee_recsys.support.urls import shown_url

SCHEME = "memory://"
"""The beginning of the address of such a store."""


class MemoryStore:
    """Builds in memory, every search exact; each write makes new arrays, so that readers need no lock."""

    shared = False
    timeout = 30.0

    def __init__(self, where: str = "memory://"):
        self.where = shown_url(where)
        self._builds: dict[str, tuple[Layout, Rows]] = {}
        self._records: list[Mapping[str, Any]] = []  # the newest first
        self._live: dict[str, str] = {}
        self._writing = new_lock(reentrant=True)

    def check_index_type(self, index: IndexType) -> None:
        """Takes all types: each is searched exactly."""

    def check_options(self, server: ServerConfig) -> None:
        """Raises StoreError when an option is given: they are all for servers."""
        if given := given_options(server):
            raise StoreError(f"milvus.uri {self.where!r}: {given} is for servers; a store in memory has none of it.")

    def names(self) -> list[str]:
        """The names of all builds, sorted."""
        return sorted(self._builds)

    def exists(self, name: str) -> bool:
        """Whether there is a build of that name."""
        return name in self._builds

    def create(self, name: str, layout: Layout) -> None:
        """Makes an empty build. Raises StoreError where there is one already."""
        with self._writing:
            if name in self._builds:
                raise StoreError(f"{self.where} has a build {name!r} already.")
            fields: dict[str, list[Any]] = {field: [] for field in layout.fields}
            empty = Rows(id_array([], layout.id_type), np.zeros((0, layout.dim), np.float32), fields)
            self._builds[name] = (layout, empty)

    def drop(self, name: str) -> None:
        """Removes a build; one that does not exist is ignored."""
        with self._writing:
            self._builds.pop(name, None)

    def describe(self, name: str) -> Description:
        """The layout that the build was created with."""
        layout, _ = self._build(name)
        settings = {key: str(value) for key, value in creation_settings(layout.index).items()}
        return Description(layout.dim, "IP", layout.index.type, settings, layout.id_type, layout.fields)

    def append(self, name: str, rows: Rows) -> None:
        """Writes rows whose ids are not there yet."""
        self.upsert(name, rows)

    def replaces_in_one_step(self, name: str) -> bool:
        """It does."""
        return True

    def upsert(self, name: str, rows: Rows) -> None:
        """Writes rows in place of older ones with their ids."""
        with self._writing:
            layout, held = self._build(name)
            if rows.vectors.shape[1:] != (layout.dim,):
                raise StoreError(f"{name} has vectors of {layout.dim} numbers; {list(rows.vectors.shape)} were given.")
            held = _without(held, rows.ids)
            fields = {field: [*held.fields[field], *rows.fields[field]] for field in layout.fields}
            ids = id_array([*held.ids.tolist(), *rows.ids.tolist()], layout.id_type)
            self._builds[name] = (layout, Rows(ids, np.concatenate([held.vectors, rows.vectors]), fields))

    def delete(self, name: str, ids: Sequence[Id] | np.ndarray) -> None:
        """Removes the rows of `ids`; those that do not exist are ignored."""
        with self._writing:
            layout, held = self._build(name)
            self._builds[name] = (layout, _without(held, ids))

    def count(self, name: str, where: Filter | None = None) -> int:
        """The number of rows, or of those that match `where`; 0 where there is no such build."""
        return len(_matching(self._build(name)[1], where)) if name in self._builds else 0

    def ids(self, name: str, without: np.ndarray | None = None) -> np.ndarray:
        """Ids of all rows that are not among `without`."""
        _, held = self._build(name)
        return held.ids if without is None else _without(held, without).ids

    def rows(self, name: str, ids: Sequence[Id] | np.ndarray, latest: bool = True) -> Rows:
        """Those of `ids` that are there."""
        _, held = self._build(name)
        row_of = {key: row for row, key in enumerate(held.ids.tolist())}
        return held[[row_of[key] for key in _plain(ids) if key in row_of]]

    def matching(self, name: str, where: Filter) -> list[Id]:
        """Ids of rows that match `where`."""
        found: list[Id] = _matching(self._build(name)[1], where).ids.tolist()
        return found[:MAX_TOP_K]

    def search(
        self,
        name: str,
        queries: np.ndarray,
        limit: int,
        index: IndexType = EXACT,
        without: Collection[Id] = (),
        where: Filter | None = None,
        latest: bool = False,
    ) -> list[Found]:
        """For each query float32[n, dim] the ids and inner products of the `limit` nearest rows, best first.

        Rows whose ids are among `without`, or that do not match `where`, are left out.
        """
        held = _matching(self._build(name)[1], where)
        held = _without(held, without) if without else held
        found = []
        for scores in np.asarray(queries, np.float32) @ held.vectors.T:
            best = np.argsort(-scores, kind="stable")[:limit]
            found.append(list(zip(held.ids[best].tolist(), scores[best].tolist(), strict=True)))
        return found

    def seal(self, name: str) -> None:
        """Every build is ready."""

    def wait_until_indexed(self, name: str) -> None:
        """Every build is ready."""

    def read_records(self, collection: str) -> Records:
        """The newest record of each build of `collection`, and which build is live."""
        mine = [record for record in self._records if record["collection"] == collection]
        return Records(self._live.get(collection), mine)

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replaces the record of `record["build"]`."""
        with self._writing:
            self._records = [record, *(each for each in self._records if each["build"] != record["build"])]

    def make_live(self, collection: str, build: str) -> None:
        """Makes a build the live one."""
        self._live[collection] = build

    def forget_records(self, builds: Collection[str]) -> None:
        """Removes the records of `builds`."""
        with self._writing:
            self._records = [each for each in self._records if each["build"] not in builds]
            self._live = {name: build for name, build in self._live.items() if build not in builds}

    def _build(self, name: str) -> tuple[Layout, Rows]:
        try:
            return self._builds[name]
        except KeyError:
            raise StoreError(f"{self.where} has no build {name!r}.") from None


def _matching(held: Rows, where: Filter | None) -> Rows:
    if not where:
        return held
    columns, keys = list(held.fields.items()), held.ids.tolist()
    return held[
        [row for row, key in enumerate(keys) if where.matches(key, {name: values[row] for name, values in columns})]
    ]


def _without(held: Rows, ids: Collection[Id] | np.ndarray) -> Rows:
    gone = set(_plain(ids))
    kept = [row for row, key in enumerate(held.ids.tolist()) if key not in gone]
    return held if len(kept) == len(held) else held[kept]


def _plain(ids: Collection[Id] | np.ndarray) -> list[Id]:
    return ids.tolist() if isinstance(ids, np.ndarray) else list(ids)
