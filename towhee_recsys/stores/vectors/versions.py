"""Which build is live, and which others went live before and are kept.

A Milvus server's alias names the live build, so that other tools find it under the collection's name, too. A Milvus
Lite file has no alias: there the newest record is that of the live build. Either is changed in one step.
"""

from __future__ import annotations

from dataclasses import dataclass

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.store import alias_target, exists, point_alias
from towhee_recsys.stores.vectors.records import IndexRecord, read_records, write_record


@dataclass(frozen=True)
class Versions:
    """The live build of a collection, if there is one, and the `kept` ones, the last that was live first."""

    live: IndexRecord | None
    kept: tuple[IndexRecord, ...] = ()

    @property
    def all(self) -> tuple[IndexRecord, ...]:
        """The live one first."""
        return self.kept if self.live is None else (self.live, *self.kept)

    @property
    def before(self) -> IndexRecord | None:
        """What was published before the live one, and is kept."""
        older = [each for each in self.kept if self.live and each.published < self.live.published]
        return max(older, key=lambda each: each.published, default=None)


def read_versions(milvus: Milvus, collection: str) -> Versions:
    """What is live and kept now. Raises StoreError; IndexMismatchError when an alias names what is none of ours."""
    name = None if milvus.lite else alias_target(milvus, collection)
    records = read_records(milvus, collection)
    if milvus.lite and records:
        name = records[0].build
    live = next((each for each in records if each.build == name), None)
    if name and not live:
        if alias_target(milvus, collection) != name:
            return read_versions(milvus, collection)  # it was switched meanwhile
        raise IndexMismatchError(
            f"collection {collection!r} in this Milvus is an alias of {name!r}, which is no index of towhee-recsys: "
            "nothing was changed. Remove the alias, or give another name in milvus.collection."
        )
    return Versions(live, tuple(each for each in records if each is not live))


def switch(milvus: Milvus, record: IndexRecord) -> None:
    """Makes `record`'s build the live one, for everybody at once. Raises StoreError."""
    write_record(milvus, record)
    if not milvus.lite:
        point_alias(milvus, record.collection, record.build)


def must_be_ours(milvus: Milvus, collection: str) -> None:
    """Raises IndexMismatchError when something else than a build of ours goes by the name of `collection`."""
    from towhee_recsys.stores.vectors.checks import shape

    if (milvus.lite or alias_target(milvus, collection) is None) and exists(milvus, collection):
        dim, metric, _ = shape(milvus, collection)
        raise IndexMismatchError(
            f"this Milvus has a collection {collection!r} that is no index of towhee-recsys "
            f"(vectors of {dim} numbers, metric {metric}): nothing was changed. Rename it, or give another name in "
            "milvus.collection."
        )
