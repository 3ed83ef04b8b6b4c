"""Users' interactions into the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from towhee import register

from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import Receipt


@register(name="towhee_recsys/history_insert")
class HistoryInsert:
    """The items that each user of a dataset has interacted with to the history; gives the receipts of an indexing.

        .window_all("receipt", "receipts", ops.towhee_recsys.history_insert(dataset=..., history="sqlite:///..."))

    `dataset` is a declaration as in a config, `tables` the data frames in the place of its files, as `load_config`
    takes them, and `history` the URL of the store. It is always the dataset's own interactions that are written: the
    source of an indexing, such as another file, is of items alone. The rows go under the name of the build
    that the receipts are of, in place of all that an earlier, interrupted run has written there: it is a build that is
    not published yet.

    Raises:
        ConfigError: the declaration is wrong; when the operator is built.
        DatasetError: the dataset cannot be read, or has bad rows.
        StoreError: the history cannot be opened or written.
    """

    def __init__(self, dataset: Mapping[str, Any], history: str, tables: Mapping[str, Any] | None = None):
        from towhee_recsys.data import declared

        self._schema, self._history = declared({**dataset, "tables": dict(tables or {})}), open_history(history)

    def __call__(self, receipts: Sequence[Receipt]) -> Sequence[Receipt]:
        """Writes the history of the build and returns the receipts."""
        from towhee_recsys.data import read_dataset
        from towhee_recsys.data.interactions import items_by_user

        if receipts:
            dataset, build = read_dataset(self._schema), receipts[0].build
            self._history.drop(build)
            self._history.write(items_by_user(dataset, dataset.interactions), build)
        return receipts
