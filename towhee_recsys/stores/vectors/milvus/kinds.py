"""The two kinds of Milvus, and their differences."""

from __future__ import annotations

from towhee_recsys.config.milvus import AccessConfig, FlatIndex, IndexType, ServerConfig, lite_lacks
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.dialect import Dialect, Lite2Dialect
from towhee_recsys.stores.vectors.milvus.indexing import wait_until_indexed
from towhee_recsys.stores.vectors.milvus.lite_service import keeps_folders
from towhee_recsys.stores.vectors.milvus.store import MilvusStore
from towhee_recsys.stores.vectors.protocol import Records
from towhee_recsys.stores.vectors.rows import Rows

NO_ALIAS = 1600
"""Milvus' code for a missing alias; an alias whose collection was dropped still exists."""


class LiteStore(MilvusStore):
    """A Milvus Lite file. It has no alias: the newest record is that of the live build.

    One process has it open. A row is replaced by deleting it first; an insert does not look for an older row, which
    takes the longer the more rows there are.
    """

    shared = False

    def __init__(self, milvus: Milvus):
        super().__init__(milvus)
        self.dialect = Dialect() if keeps_folders() else Lite2Dialect()

    def check_index_type(self, index: IndexType) -> None:
        """Raises StoreError when Milvus Lite does not have that type of index, or a setting of it."""
        if why := lite_lacks(AccessConfig(), index):
            raise StoreError(f"milvus.uri {self.where!r}: {why}.")

    def check_options(self, server: ServerConfig) -> None:
        """Raises StoreError when an option is given: they are all for servers."""
        if why := lite_lacks(AccessConfig(), FlatIndex(), server):
            raise StoreError(f"milvus.uri {self.where!r}: {why}.")

    def append(self, name: str, rows: Rows) -> None:
        """Writes rows whose ids are not there yet."""
        self._write("insert", name, rows)

    def upsert(self, name: str, rows: Rows) -> None:
        """Writes rows in place of older ones with their ids."""
        self._write("upsert", name, rows)

    def replaces_in_one_step(self, name: str) -> bool:
        """It deletes a row first."""
        return False

    def seal(self, name: str) -> None:
        """Every build is ready."""

    def wait_until_indexed(self, name: str) -> None:
        """Every build is ready."""

    def read_records(self, collection: str) -> Records:
        """The newest record of each build of `collection`; the first is that of the live build."""
        records = self._records.newest(collection)
        return Records(records[0]["build"] if records else None, records)

    def make_live(self, collection: str, build: str) -> None:
        """Its record has just been written, and so it is live."""


class ServerStore(MilvusStore):
    """A Milvus server. An alias names the live build: other tools find it under the collection's name, too.

    Rows are upserted even where they are new: a connection may be lost on the way, and pymilvus calls again.
    """

    shared = True
    dialect = Dialect()

    def check_index_type(self, index: IndexType) -> None:
        """A server has all types."""

    def check_options(self, server: ServerConfig) -> None:
        """A server has all options; whether it has the nodes for as many replicas shows when a build is created."""

    def append(self, name: str, rows: Rows) -> None:
        """Writes rows whose ids are not there yet."""
        self.upsert(name, rows)

    def upsert(self, name: str, rows: Rows) -> None:
        """Writes rows in place of older ones with their ids; see `replaces_in_one_step`."""
        if self.replaces_in_one_step(name):
            self._write("upsert", name, rows)
        else:
            self.delete(name, rows.ids)
            self._write("insert", name, rows)

    def replaces_in_one_step(self, name: str) -> bool:
        """Whether the collection has no partition key.

        Milvus 2.3.5 upserts into a partition that the key does not name, where no filter by it finds the row (fixed
        by milvus-io/milvus#30772). So rows with a partition key are deleted and inserted.
        """
        return self._described(name).server.partition_key is None

    def seal(self, name: str) -> None:
        """Has the server end the segment of the rows that were written, and index it; that is not waited for.

        Until then, for 10 minutes by default, a search compares all rows of the segment, whatever the type of index,
        and takes up to four times as long.
        """
        self.milvus.call(f"sealing {name}", "flush", name, _async=True)

    def wait_until_indexed(self, name: str) -> None:
        """Waits for the index of a build, for as long as the server progresses, and has the build loaded with it."""
        wait_until_indexed(self.milvus, name, self.count(name), self._described(name).server)

    def read_records(self, collection: str) -> Records:
        """The build that the alias names, and the newest record of each build of `collection`."""
        live = self.alias_target(collection)
        return Records(live, self._records.newest(collection))

    def make_live(self, collection: str, build: str) -> None:
        """Points the alias to the build, in one step when it named another before."""
        doing = f"pointing the alias {collection} to {build}"
        try:
            self.milvus.call(doing, "alter_alias", build, alias=collection)
        except StoreError as error:
            if getattr(error.__cause__, "code", None) != NO_ALIAS:
                raise
            self.milvus.call(doing, "create_alias", build, alias=collection)

    def alias_target(self, alias: str) -> str | None:
        """The collection that `alias` names, or None."""
        if not self.exists(alias):
            return None
        described = self.milvus.call(f"describing {alias}", "describe_collection", alias)
        return next(iter({described["collection_name"]} - {alias}), None)
