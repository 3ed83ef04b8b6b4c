"""The protocol of a vector store: named builds of rows in one place, and records of what they hold.

Everything in which stores differ is behind it: how the live build is switched, whether a row is replaced in one step,
whether other processes write to the same store. What is above it, such as publishing, changes in place and rollback, is
written once, over this protocol.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from towhee_recsys.config.milvus import IndexType, ServerConfig
from towhee_recsys.data.items import FieldType, IdType
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import EXACT, creation_settings
from towhee_recsys.stores.vectors.rows import Id, Rows

PLAIN = ServerConfig()
"""The options of builds whose options are not given: one shard, one replica, no partitions."""

MAX_TOP_K = 16_384
"""The most rows that a store returns for one query, or ids at a time."""


Found = list[tuple[Id, float]]
"""The ids and the inner products of the rows nearest to a query, best first."""


@dataclass(frozen=True)
class Layout:
    """The layout of a build: vectors of `dim` numbers, ids of a type, scalar fields, a type of index, and options."""

    dim: int
    id_type: IdType = "int"
    fields: Mapping[str, FieldType] = field(default_factory=dict)
    index: IndexType = EXACT
    server: ServerConfig = PLAIN


@dataclass(frozen=True)
class Description:
    """The properties of a build, or of a collection that is not ours, where unknown ones are None."""

    dim: int | None
    metric: str | None
    index: str | None
    settings: Mapping[str, str]
    """The settings that the index was created with, such as {"nlist": "128"}."""
    id_type: IdType | None
    fields: Mapping[str, FieldType]
    server: ServerConfig = PLAIN

    def fits(self, layout: Layout) -> bool:
        """Whether it was created with `layout`."""
        mine = (self.dim, self.metric, self.index, self.id_type, dict(self.fields), self.server)
        wanted = (layout.dim, "IP", layout.index.type, layout.id_type, dict(layout.fields), layout.server)
        settings = creation_settings(layout.index)
        return mine == wanted and all(self.settings.get(name) == str(value) for name, value in settings.items())


@dataclass(frozen=True)
class Records:
    """The records of a collection's builds, the newest first, and the name of the live build."""

    live: str | None
    all: Sequence[Mapping[str, Any]]


class VectorStore(Protocol):
    """A place for builds. Safe under threads. Each method raises StoreError when the store fails."""

    where: str
    """Its address as the user wrote it, without passwords: for messages."""
    timeout: float
    """Seconds that one call may take."""
    shared: bool
    """Whether other processes may write to it at the same time; then it is read again from time to time."""

    def check_index_type(self, index: IndexType) -> None:
        """Raises StoreError when this store does not have that type of index, or a setting of it."""

    def check_options(self, server: ServerConfig) -> None:
        """Raises StoreError when this store does not have one of the options that are given."""

    def names(self) -> list[str]:
        """The names of all builds and other collections, sorted."""

    def exists(self, name: str) -> bool:
        """Whether there is a build or another collection of that name."""

    def create(self, name: str, layout: Layout) -> None:
        """Makes an empty build, ready to be written and searched by inner product."""

    def drop(self, name: str) -> None:
        """Removes a build; one that does not exist is ignored."""

    def describe(self, name: str) -> Description:
        """The current properties of the build."""

    def append(self, name: str, rows: Rows) -> None:
        """Writes rows whose ids are not there yet; quicker than `upsert` where the store need not look for them."""

    def upsert(self, name: str, rows: Rows) -> None:
        """Writes rows in place of older ones with their ids. Can be repeated."""

    def replaces_in_one_step(self, name: str) -> bool:
        """Whether `upsert` replaces a row as a whole; if not, a kill may lose it: set the old row aside first."""

    def delete(self, name: str, ids: Sequence[Id] | np.ndarray) -> None:
        """Removes the rows of `ids`; those that do not exist are ignored. Can be repeated."""

    def count(self, name: str, where: Filter | None = None) -> int:
        """The number of rows at this moment, or of those that match `where`; 0 where there is no such build."""

    def ids(self, name: str, without: np.ndarray | None = None) -> np.ndarray:
        """Ids of rows at this moment that are not among `without`: all there are, or at least 16,384 of them."""

    def rows(self, name: str, ids: Sequence[Id] | np.ndarray, latest: bool = True) -> Rows:
        """Those of `ids` that are there: at this moment, or where not the `latest` are needed as this process wrote."""

    def matching(self, name: str, where: Filter) -> list[Id]:
        """Ids of rows that match `where`, a checked filter that is not empty: all there are, or 16,384 of them."""

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

        Rows whose ids are among `without`, 65,536 at most, are left out, and so are those that do not match `where`,
        a checked filter. Exact with FLAT; other types miss some, fewer where `index` has a wider search. What this
        process wrote is found at once, unless the build has another consistency; the `latest` search finds all rows.
        """

    def seal(self, name: str) -> None:
        """Prepares a complete build for fast searches, which may take effect later. Rows can still be written."""

    def wait_until_indexed(self, name: str) -> None:
        """Returns when searches of a sealed build, that is not live yet, use its index for all rows."""

    def read_records(self, collection: str) -> Records:
        """The newest record of each build of `collection`, and which build is live."""

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replaces the record of `record["build"]` in one step: of the live build, or of one about to go live."""

    def make_live(self, collection: str, build: str) -> None:
        """Makes a build the live one, in one step for all readers; its record has just been written."""

    def forget_records(self, builds: Collection[str]) -> None:
        """Removes the records of `builds`."""
