"""The vector store in a Milvus: what a Milvus Lite file and a server have in common."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from towhee_recsys.config.milvus import IndexType
from towhee_recsys.errors import StoreError
from towhee_recsys.stores.vectors.filters import Filter
from towhee_recsys.stores.vectors.index_types import EXACT, search_settings
from towhee_recsys.stores.vectors.milvus.collection import NOW, create_collection
from towhee_recsys.stores.vectors.milvus.connection import Milvus
from towhee_recsys.stores.vectors.milvus.dialect import Dialect, combined
from towhee_recsys.stores.vectors.milvus.errors import unfinished
from towhee_recsys.stores.vectors.milvus.filter import among, expression, not_among
from towhee_recsys.stores.vectors.milvus.nearest import Nearest, search_nearest
from towhee_recsys.stores.vectors.milvus.options import described_options
from towhee_recsys.stores.vectors.milvus.record_table import RecordTable
from towhee_recsys.stores.vectors.milvus.schema import (
    ID,
    VECTOR,
    collection_schema,
    column_of,
    described_ids_and_fields,
    id_of,
    key_of,
    literal,
    loaded_rows,
    stored_rows,
)
from towhee_recsys.stores.vectors.protocol import MAX_TOP_K, PLAIN, Description, Found, Layout
from towhee_recsys.stores.vectors.rows import Id, Rows, id_array

READ_AT_ONCE = 256
"""Rows that are read by one call: Milvus Lite takes minutes for thousands."""

DELETED_AT_ONCE = 4096
"""Rows that are deleted by one call."""

WRITTEN_AT_ONCE = 32 * 2**20
"""Bytes that are written by one call: a server takes 64 MB."""


class MilvusStore:
    """Builds as collections of one Milvus; `LiteStore` and `ServerStore` add the differences."""

    shared: bool
    dialect: Dialect

    def __init__(self, milvus: Milvus):
        self.milvus, self.where, self.timeout = milvus, milvus.where, milvus.timeout
        self._descriptions: dict[str, Description] = {}  # of builds that were described: a build stays what it is
        self._records = RecordTable(milvus)

    def names(self) -> list[str]:
        """The names of all collections, sorted."""
        return sorted(self.milvus.call("listing the collections", "list_collections"))

    def exists(self, name: str) -> bool:
        """Whether there is a collection, or on a server an alias, of that name."""
        return bool(self.milvus.call(f"looking for {name}", "has_collection", name))

    def create(self, name: str, layout: Layout) -> None:
        """Makes an empty collection, loaded, whose vectors are searched by inner product."""
        create_collection(self.milvus, name, collection_schema(layout), layout.index, layout.server)

    def drop(self, name: str) -> None:
        """Removes a collection; one that does not exist is ignored."""
        self._descriptions.pop(name, None)
        self.milvus.call(f"dropping {name}", "drop_collection", name)

    def describe(self, name: str) -> Description:
        """The current properties of the collection."""
        doing = f"describing {name}"
        described = self.milvus.call(doing, "describe_collection", name)
        fields: Sequence[Mapping[str, Any]] = described["fields"]
        vector = next((each for each in fields if "dim" in each.get("params", {})), None)
        indexes = self.milvus.call(doing, "list_indexes", name, field_name=vector["name"]) if vector else []
        index = self.milvus.call(doing, "describe_index", name, index_name=indexes[0]) if indexes else {}
        id_type, scalars = described_ids_and_fields(fields)
        found = Description(
            dim=int(vector["params"]["dim"]) if vector else None,
            metric=index.get("metric_type"),
            index=index.get("index_type"),
            settings={key: str(value) for key, value in index.items()},
            id_type=id_type,
            fields=scalars,
            server=described_options(described) if self.shared else PLAIN,
        )
        self._descriptions[name] = found
        return found

    def delete(self, name: str, ids: Sequence[Id] | np.ndarray) -> None:
        """Removes the rows of `ids`; those that do not exist are ignored."""
        for part in _parts(ids, DELETED_AT_ONCE):
            self.milvus.call(f"deleting {len(part)} rows of {name}", "delete", name, filter=among(part))

    def count(self, name: str, where: Filter | None = None) -> int:
        """The number of rows at this moment, or of those that match `where`; 0 where there is no such collection.

        A collection that is being created or dropped has no rows, and neither has one whose process was killed then.
        """
        if not self.exists(name):
            return 0
        how = {"filter": self._expression(name, where), "output_fields": ["count(*)"]}
        try:
            return int(self.milvus.call(f"counting the rows of {name}", "query", name, **how, **NOW)[0]["count(*)"])
        except StoreError as error:
            if not unfinished(error):
                raise
            return 0

    def ids(self, name: str, without: np.ndarray | None = None) -> np.ndarray:
        """Ids that are not among `without`: all, or of each stretch between 8,192 of those at least 8,192."""
        known = sorted(map(key_of, [] if without is None else without.tolist()))
        step, found = MAX_TOP_K // 2, []
        for number, (first, last) in enumerate(pairwise([None, *known[step::step], None])):
            expected = set(known[number * step : (number + 1) * step + 1])
            found += [id_of(key) for key in self._keys_between(name, first, last) if key not in expected]
        return id_array(found, self._described(name).id_type or "int")

    def rows(self, name: str, ids: Sequence[Id] | np.ndarray, latest: bool = True) -> Rows:
        """Those of `ids` that are there."""
        layout, found = self._described(name), []
        output = [ID, VECTOR, *map(column_of, layout.fields)]
        for part in _parts(ids, READ_AT_ONCE):
            how = {"filter": among(part), "output_fields": output, **(NOW if latest else {})}
            found += self.milvus.call(f"reading {name}", "query", name, **how)
        return loaded_rows(found, layout.dim or 0, layout.id_type or "int", layout.fields, self.dialect)

    def matching(self, name: str, where: Filter) -> list[Id]:
        """Ids of rows that match `where`, which is not empty: all, or 16,384 of them."""
        how = {"filter": self._expression(name, where), "output_fields": [ID], "limit": MAX_TOP_K}
        return [id_of(row[ID]) for row in self.milvus.call(f"reading {name}", "query", name, **how)]

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
        if not len(queries):
            return []
        condition = self._expression(name, where)
        if without:
            condition = combined([condition, not_among(without)] if condition else [not_among(without)], "and")
        wanted = Nearest(limit, search_settings(index, limit), condition, latest)
        found: list[Found] = self.milvus.call(f"searching {name}", search_nearest, name, queries=queries, wanted=wanted)
        return found

    def write_record(self, record: Mapping[str, Any]) -> None:
        """Replaces the record of `record["build"]`."""
        self._records.write(record)

    def forget_records(self, builds: Collection[str]) -> None:
        """Removes the records of `builds`."""
        self._records.forget(builds)

    def _expression(self, name: str, where: Filter | None) -> str:
        if not where:
            return ""
        layout = self._described(name)
        return expression(where, layout.fields, layout.id_type or "int", self.dialect)

    def _described(self, name: str) -> Description:
        return self._descriptions.get(name) or self.describe(name)

    def _write(self, method: str, name: str, rows: Rows) -> None:
        types = self._described(name).fields
        for part in _batches(rows):
            data = list(stored_rows(part, types, self.dialect))
            self.milvus.call(f"writing {len(rows)} rows to {name}", method, name, data=data)

    def _keys_between(self, name: str, first: Id | None, last: Id | None) -> list[Id]:
        """Stored keys from `first` to `last`, both included; at most 16,384."""
        ends = ((">=", first), ("<=", last))
        bounds = [f"{ID} {sign} {literal(end)}" for sign, end in ends if end is not None]
        any_key = f'{ID} >= ""' if self._described(name).id_type == "text" else f"{ID} < 0 or {ID} >= 0"
        how = {"filter": " and ".join(bounds) or any_key, "output_fields": [ID], "limit": MAX_TOP_K}
        return [row[ID] for row in self.milvus.call(f"reading {name}", "query", name, **how, **NOW)]


def _parts(ids: Sequence[Id] | np.ndarray, size: int) -> Iterator[list[Id]]:
    plain = ids.tolist() if isinstance(ids, np.ndarray) else [int(k) if not isinstance(k, str) else k for k in ids]
    for first in range(0, len(plain), size):
        yield plain[first : first + size]


def _batches(rows: Rows) -> Iterator[Rows]:
    """`rows` in parts that one call may write."""
    texts = [values for values in rows.fields.values() if values and isinstance(values[0], (str, list))]
    sizes = np.full(len(rows), 4 * rows.vectors.shape[1] + 64)
    for values in texts:
        sizes += [4 * len(str(value)) for value in values]
    groups = np.cumsum(sizes) // WRITTEN_AT_ONCE
    for part in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(groups)) + 1):
        if len(part):
            yield rows if len(part) == len(rows) else rows[int(part[0]) : int(part[-1]) + 1]
