"""Items as the model reads them, as text: what the article's first step wrote."""

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
    """Writes `id::title word ids::genre ids`, one item of `source` a line, ids with spaces between; returns the count.

    The ids are those of the config's trained model; where there is none, of vocabularies made from `source`.
    Raises DatasetError for a bad file, BundleError for a damaged model.
    """
    from towhee_recsys.data import read_items

    config = load_config(config)
    if output.resolve() == Path(source).resolve():
        raise DatasetError(f"{output} would be written over itself. Name another file for the output.")
    items = read_items(config.dataset, str(source))
    side = _side(config, items)
    lines = list(_lines(side, records(items), config.dataset.items.id))
    output.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(output, lambda path: _write(path, lines))
    return len(lines)


def _side(config: Config, items: Any) -> FeatureEncoder:
    from towhee_recsys.bundle import load_bundle

    if Path(config.model.dir).exists():
        return load_bundle(config.model.dir).items
    return FeatureEncoder.fit(config.features.item, items, set())


def _lines(side: FeatureEncoder, items: list[dict[str, Any]], item_id: str) -> Iterator[str]:
    arrays: dict[str, np.ndarray] = {}
    for feature, array in zip(side.features, side.encode(items), strict=True):
        arrays.setdefault(feature.kind, array)  # of several texts the first
    nothing = np.zeros((len(items), 0), dtype=np.int64)
    for item, words, genres in zip(items, arrays.get("text", nothing), arrays.get("categories", nothing), strict=True):
        yield f"{item[item_id]}::{_ids(words[words > 0])}::{_ids(np.flatnonzero(genres))}"


def _ids(numbers: np.ndarray) -> str:
    return " ".join(map(str, numbers))


def _write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
