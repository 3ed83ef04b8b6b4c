"""The switch to a new index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.bundle.published import PublishedModels
from towhee_recsys.lifecycle.recall import recall_target
from towhee_recsys.stores.catalogue import open_catalogue
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.projection import open_projection
from towhee_recsys.stores.vectors import IndexRecord, Receipt, index_type, open_index, publish


@register(name="towhee_recsys/publish")
class Publish:
    """All receipts of a staged indexing to the live index: it is switched to when vectors and facts are complete.

        .map("receipts", "index", ops.towhee_recsys.publish(uri=..., collection=..., catalogue=...))

    Gives the record of the index that is live then; the one before it is kept, older ones are dropped. `access` are the
    credentials of a Milvus server. The model in `model_dir`, where that is given, is copied for as long as its build is
    kept, so that training can replace it. The `history`, where that is given, must have been written for the build.

    With a `recall`, such as 0.99, of a type of `index` that is not exact, the build's recall@10 is measured, and
    recorded with the search settings that reach it, which later searches use. The searches are those of users of the
    `dataset`, a declaration as in a config with its `tables`, by the model; without these, those for items' own
    vectors. A recall that no search reaches is a warning.

    Raises:
        BundleError: the model in `model_dir` is not that of the vectors, or cannot be copied.
        IndexMismatchError: the receipts are of several indexings, or what was written is not all there, or cannot be
            found; the live index stays as it is.
        StoreError: a store fails.
    """

    def __init__(
        self,
        uri: str,
        collection: str,
        catalogue: str,
        access: Mapping[str, Any] | None = None,
        model_dir: str | None = None,
        history: str | None = None,
        recall: float | None = None,
        index: Mapping[str, Any] | None = None,
        dataset: Mapping[str, Any] | None = None,
        tables: Mapping[str, Any] | None = None,
    ):
        self._index, self._catalogue = open_index(uri, collection, access), open_catalogue(catalogue)
        self._projection = open_projection(catalogue)
        self._models = PublishedModels(model_dir) if model_dir else None
        self._history = open_history(history) if history else None
        self._recall, self._type = recall, index_type(self._index.store, index)
        self._model_dir, self._schema = model_dir, None
        if recall is not None and dataset is not None:
            from towhee_recsys.data import declared

            self._schema = declared({**dataset, "tables": dict(tables or {})})

    def __call__(self, receipts: Sequence[Receipt]) -> IndexRecord:
        """Checks the build, makes it live and returns its record."""
        if self._models:
            for build, model_id in {(each.build, each.model_id) for each in receipts}:
                self._models.write(build, model_id)
        others = [part for part in (self._history, self._models) if part]
        recall = recall_target(self._recall, self._type, self._model_dir, self._schema)
        return publish(self._index, receipts, self._catalogue, others, [self._projection], recall)
