"""Items as the model reads them, as text: the output of the first step of the article on fusion models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from towhee_recsys.config import Config, load_config
from towhee_recsys.data import records
from towhee_recsys.errors import DatasetError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.support.files import write_atomically


def prepare_items(config: Config | str, source: str | Path, output: Path) -> int:
    """Writes `id::word ids::category ids`, a line for each item of `source`, and returns the number of items.

    The ids of words and categories have spaces between. They are those of the config's trained model; where there is
    none, of vocabularies fitted to `source`.

    Raises:
        DatasetError: `source` is missing or has bad rows, or `output` is the same file.
        BundleError: the model is damaged.
    """
    from towhee_recsys.bundle import load_bundle
    from towhee_recsys.data import read_items

    config = load_config(config)
    if output.resolve() == Path(source).resolve():
        raise DatasetError(f"{output} is the input, too, and would be overwritten. Name another file for the output.")
    bundle = load_bundle(config.model.dir) if Path(config.model.dir).exists() else None
    items = read_items(config.dataset, str(source), bundle.item_schema if bundle else None)
    side = bundle.items if bundle else FeatureEncoder.fit(config.features.item, items, set(), "features.item")
    lines = list(_lines(side, records(items), config.dataset.items.id))
    output.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(output, lambda path: _write(path, lines))
    return len(lines)


def _lines(side: FeatureEncoder, items: list[dict[str, Any]], item_id: str) -> Iterator[str]:
    arrays: dict[str, np.ndarray] = {}
    for feature, array in zip(side.features, side.encode(items), strict=True):
        arrays.setdefault(feature.kind, array)  # of several texts the first
    empty = np.zeros((len(items), 0), dtype=np.int64)
    texts, categories = arrays.get("text", empty), arrays.get("categories", empty)
    for item, words, own in zip(items, texts, categories, strict=True):
        yield f"{item[item_id]}::{_ids(words[words > 0])}::{_ids(np.flatnonzero(own))}"


def _ids(numbers: np.ndarray) -> str:
    return " ".join(map(str, numbers))


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
