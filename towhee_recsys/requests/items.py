"""Items as requests name them: by id or by title."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, Protocol

from towhee_recsys.bundle import Bundle
from towhee_recsys.bundle.towers import loaded
from towhee_recsys.data.item_ids import is_whole_number, item_id
from towhee_recsys.data.items import Id, IdType
from towhee_recsys.errors import refused
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.requests.titles import Titles
from towhee_recsys.stores.catalogue import Catalogue
from towhee_recsys.stores.vectors import IndexRecord, VectorIndex
from towhee_recsys.support.forks import new_lock

CLOSE = 90
"""The similarity of two titles, of 100, from which one may stand for the other."""

MOST_SHOWN = 5
"""A message names at most so many items that may be meant."""

ACCEPTED: dict[IdType, str] = {
    "int": "an id, which is a whole number such as 260, or the title of one item",
    "text": "an id, which is a text such as 'sku-1', or the title of one item",
}


class ItemFinder(Protocol):
    """Gives the id of the item that an id or a title stands for."""

    def __call__(self, given: Any, field: str) -> Id:
        """The id; `field` names the field of the request in messages. Raises QueryError."""
        ...


class CatalogueTitles:
    """The titles in a catalogue, read once for each state of a build; those of the last one are kept.

    Safe under threads: while one reads the titles, others that need them wait.

    Args:
        catalogue: The catalogue.
        column: The column with the titles.
    """

    def __init__(self, catalogue: Catalogue, column: str):
        self._catalogue, self._column, self._lock = catalogue, column, new_lock()
        self._kept: tuple[IndexRecord, Titles] | None = None

    def of(self, record: IndexRecord) -> Titles:
        """The titles of the items of a build.

        Raises:
            StoreError: the catalogue cannot be read.
        """
        with self._lock:
            if self._kept is None or self._kept[0] != record:
                items = self._catalogue.items(record.build)
                titles = ((key, facts.get(self._column)) for key, facts in items)
                self._kept = record, Titles((key, str(title)) for key, title in titles if title is not None)
            return self._kept[1]


def item_finder(bundle: Bundle, catalogue: Catalogue, index: VectorIndex) -> ItemFinder:
    """Finds items of a model by their ids, and by their titles where the dataset declares a column with titles.

    Titles are those of the build that answers the model's vectors. An id takes precedence over a title, and a title
    that is the same but for case, accents and punctuation over one that is only like it.
    """
    schema, known = bundle.item_schema, loaded(bundle, "item").rows
    model = ModelRef(bundle.model_id)
    titles = CatalogueTitles(catalogue, schema.title) if schema.title else None

    def find(given: Any, field: str) -> Id:
        if titles is None or not isinstance(given, str) or given in known:
            return item_id(given, schema.id_type, field)
        return _titled(given, field, schema.id_type, titles.of(index.answering(model, bundle.dim)))

    return find


def _titled(given: str, field: str, id_type: IdType, titles: Titles) -> Id:
    """The item that a text stands for which is no id of the model.

    Raises:
        QueryError: no item, or more than one, may be meant.
    """
    key = item_id(given, id_type, field) if id_type == "text" or is_whole_number(given) else None
    if key is not None and key in titles:
        return key
    meant = titles.named(given)
    if len(meant) == 1:
        return meant[0][0]
    if not meant:
        alike = titles.close(given, MOST_SHOWN + 1)
        if [score >= CLOSE for _, _, score in alike].count(True) == 1:
            return alike[0][0]
        meant = [(other, title) for other, title, _ in alike]
    if meant:
        shown = ", ".join(f"{title!r:.100} ({entry!r:.100})" for entry, title in meant[:MOST_SHOWN])
        more = ", and others" if len(meant) > MOST_SHOWN else ""
        raise refused(
            field, given, "an id, or the title of one item", f" Titles like it, with their ids: {shown}{more}."
        )
    if key is not None:
        return key  # the encoder raises the error for an unknown item
    raise refused(field, given, ACCEPTED[id_type], " No item has a title like that.")


class ItemRecords:
    """The records of items by id: their facts in the build that answers, for the item encoder.

    Items that were added to an index have facts there that the model never saw.

    Args:
        bundle: The model.
        catalogue: The catalogue.
        index: The index.
    """

    def __init__(self, bundle: Bundle, catalogue: Catalogue, index: VectorIndex):
        self._catalogue, self._index, self._known = catalogue, index, loaded(bundle, "item").rows
        self._column, self._accepted = bundle.item_schema.id, ACCEPTED[bundle.item_schema.id_type]
        self._model, self._dim = ModelRef(bundle.model_id), bundle.dim

    def of(self, ids: Sequence[Id], field: str) -> list[dict[str, Any]]:
        """A record for each of `ids`, in one round trip; of an item without facts it has the id alone.

        Raises:
            QueryError: an item is neither in the index nor known to the model; the message names the request's `field`.
            IndexMismatchError: no build is of the model.
            StoreError: a store fails.
        """
        if not ids:
            return []
        build = self._index.answering(self._model, self._dim).build
        records = []
        for key, facts in zip(ids, self._catalogue.get(ids, build), strict=True):
            if facts is None and str(key) not in self._known:
                examples = ", ".join(islice(self._known, 3))
                raise refused(
                    field, key, self._accepted, f" It is neither in the index nor known to the model. Ids: {examples}."
                )
            records.append(facts or {self._column: key})
        return records
