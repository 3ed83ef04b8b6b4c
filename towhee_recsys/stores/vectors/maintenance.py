"""The builds of an index: listing them, rollback to the previous one, and dropping old ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.stores.catalogue import Catalogue
from towhee_recsys.stores.vectors.build import builds_in
from towhee_recsys.stores.vectors.checks import CURE, must_be_whole
from towhee_recsys.stores.vectors.index import VectorIndex
from towhee_recsys.stores.vectors.pending import SAVED, recover_pending
from towhee_recsys.stores.vectors.publish import BuildPart, drop_builds, must_be_complete
from towhee_recsys.stores.vectors.records import IndexRecord
from towhee_recsys.stores.vectors.versions import make_live


@dataclass(frozen=True)
class Build:
    """One build of an index.

    Attributes:
        name: Its name.
        model_id: The model that made its vectors; None where it is not known.
        rows: The number of its items.
        published: When it first went live, in UTC as ISO 8601; None for an unfinished build.
        live: Whether it is the live one.
        recall: The recall that was measured when it was published; None where it was not measured.
        search: The least search settings of that recall, such as {"ef": 90}; empty where it was not measured.
    """

    name: str
    model_id: str | None
    rows: int
    published: str | None
    live: bool
    recall: float | None = None
    search: Mapping[str, int] = field(default_factory=dict)


def builds(index: VectorIndex) -> list[Build]:
    """All builds: the live one, then those that were live, the last first, then the unfinished.

    Raises:
        StoreError: the store fails.
    """
    versions = index.versions(newest=True)
    records = {record.build: record for record in versions.all}
    unfinished = [name for name in builds_in(index) if name not in records and not name.endswith(SAVED)]
    return [
        Build(
            name=name,
            model_id=records[name].model_id if name in records else _model_in(name),
            rows=index.store.count(name),
            published=records[name].published if name in records else None,
            live=versions.live is not None and versions.live.build == name,
            recall=records[name].recall if name in records else None,
            search=records[name].search if name in records else {},
        )
        for name in [*records, *unfinished]
    ]


def rollback(index: VectorIndex, catalogue: Catalogue | None = None, others: Sequence[BuildPart] = ()) -> IndexRecord:
    """Makes the build that was live before this one live again, with all that belongs to it, and returns its record.

    The one that was live stays, for queries that are under way, until the next `publish` or `gc`.

    Raises:
        IndexMismatchError: no older build is kept, or it or a part of it is not whole any more; all stays as it is.
        StoreError: a store fails.
    """
    with index.writing:
        versions = index.versions(newest=True)
        index.must_be_readable(versions)
        before = versions.before
        if before is None:
            raise IndexMismatchError(
                f"the index {index.collection!r} keeps no build older than the live one, so there is nothing to go "
                "back to. `towhee-recsys index --list` shows what there is; to change the index, index again."
            )
        if not before.pending:
            must_be_whole(index.store, before, CURE)
        must_be_complete(before, catalogue, others)
        make_live(index.store, before)
        recovered = recover_pending(index.store, before)
        index.versions(newest=True)
        return recovered


def gc(index: VectorIndex, keep: int = 2, parts: Sequence[BuildPart] = ()) -> list[str]:
    """Drops all builds, with their `parts`, but the `keep` ones that were live last; returns their names.

    The live one is the first of them; unfinished builds are dropped, too.

    Raises:
        QueryError: `keep` is below 1.
        IndexMismatchError: another version of this program wrote the live index.
        StoreError: a store fails, or another process indexes the collection of a server.
    """
    if isinstance(keep, bool) or not isinstance(keep, (int, np.integer)) or keep < 1:
        raise QueryError(f"keep {keep!r} is not acceptable: give a whole number from 1, for the live build stays.")
    with index.writing, index.lease.held("gc"):
        versions = index.versions(newest=True)
        index.must_be_readable(versions)
        live = versions.live
        if live and live.pending:
            recover_pending(index.store, live)
        return drop_builds(index, {record.build for record in versions.all[:keep]}, parts)


def _model_in(name: str) -> str | None:
    model = name.rpartition("__")[2].partition("_")[0]
    return None if model == "unknown" else model
