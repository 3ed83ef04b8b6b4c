"""Reading the items of a dataset."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from towhee import register


@register(name="towhee_recsys/read_items")
class ReadItems:
    """The items of a dataset as lists of records, one list after the other: for `flat_map`.

        pipe.input("source").flat_map("source", "items", ops.towhee_recsys.read_items(dataset={"path": "data/ml-1m"}))

    `dataset` is a declaration as in a config. The input is the path of another file or folder in the same format, or a
    mapping of data frames in the place of the dataset's files; an empty mapping reads the dataset itself. What is
    missing in a record is None. The columns of another file have the types that the model in the folder `model_dir` was
    trained with; without a model those of the dataset, which is read for that.

    Raises:
        BundleError: there is no model in `model_dir`.
        ConfigError: the declaration is wrong.
        DatasetError: a file cannot be read, or has bad rows.
    """

    def __init__(self, dataset: Mapping[str, Any], chunk_size: int = 500, model_dir: str | None = None):
        from towhee_recsys.bundle import load_bundle
        from towhee_recsys.data import declared

        self._schema, self._chunk_size = declared(dataset), chunk_size
        self._items = None if model_dir is None else load_bundle(model_dir).item_schema

    def __call__(self, source: str | Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """Lists of at most `chunk_size` records."""
        from towhee_recsys.data import iter_items

        if not isinstance(source, Mapping):
            return iter_items(self._schema, str(source), self._chunk_size, self._items)
        schema = self._schema.model_copy(update={"tables": dict(source)}) if source else self._schema
        return iter_items(schema, None, self._chunk_size)
