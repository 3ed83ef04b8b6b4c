"""The file formats of tables: separated texts, JSON lines and Parquet, compressed or not."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.data.table.conftest import EXPLICIT, ITEM_COLUMNS, ITEMS, RATINGS, READ_ITEMS
from towhee_recsys.data import (
    count_items,
    interactions_frame,
    read_dataset,
    records,
)
from towhee_recsys.errors import DatasetError


def with_suffix(text, suffix):
    return {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}[suffix](text.encode())


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz"])
@pytest.mark.parametrize("kind", [".csv", ".tsv", ".CSV"])
def test_separated_texts_compressed_or_not(tables, kind, suffix):
    text = (lambda text: text.replace(",", "\t")) if kind == ".tsv" else str
    declared = tables.declared(
        items={"path": tables.write(f"i{kind}{suffix}", with_suffix(text(ITEMS), suffix)), **ITEM_COLUMNS},
        interactions={"path": tables.write(f"r{kind}{suffix}", with_suffix(text(RATINGS), suffix)), **EXPLICIT},
    )
    assert records(read_dataset(declared).items) == READ_ITEMS
    assert count_items(declared) == 3


def compressed(text):
    return pa.compress(text.encode(), "zstd", asbytes=True)


def test_zstandard(tables):
    content = compressed(RATINGS[:40]) + compressed(RATINGS[40:])  # two frames
    declared = tables.declared(interactions={"path": tables.write("r.csv.zst", content), **EXPLICIT})
    assert len(read_dataset(declared).interactions) == 3
    tables.write("r.csv.zst", content[:-9])
    with pytest.raises(DatasetError, match=r"r\.csv\.zst cannot be decompressed"):
        read_dataset(declared)


def test_json_lines_keep_their_types(tables):
    lines = [
        {"sku": "1", "price": 5, "tags": ["a", "b"], "stock": True, "name": "x", "more": {"a": 1}},
        {"sku": "2", "price": None, "tags": None, "name": "y", "mixed": 5},
        {"sku": "3", "price": 7, "tags": [3], "stock": False, "name": 1984, "mixed": "M"},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    ratings = '{"customer": 5, "sku": "1", "stars": 4, "at": "2001-01-01"}\n\n'
    declared = tables.declared(
        items={"path": tables.write("i.jsonl", text), **ITEM_COLUMNS | {"lists": {}}},
        interactions={"path": tables.write("r.ndjson", ratings), **EXPLICIT},
    )
    dataset = read_dataset(declared)
    assert records(dataset.items)[0] == {
        "sku": "1", "price": 5, "tags": ["a", "b"], "stock": True, "name": "x", "more": '{"a": 1}', "mixed": None
    }  # fmt: skip
    assert [record["price"] for record in records(dataset.items)] == [5, None, 7]
    assert dataset.items["tags"].tolist() == [["a", "b"], [], ["3"]]
    assert dataset.items["mixed"].tolist() == [None, "5", "M"]
    assert dataset.items["name"].tolist() == ["x", "y", "1984"]
    assert interactions_frame(dataset).to_numpy().tolist() == [[5, "1", 4.0, 978307200]]
    assert (dataset.user_ids.dtype, dataset.item_schema.id_type) == (np.int64, "text")


def test_parquet_keeps_its_types(tables, tmp_path):
    items = pd.DataFrame({
        "sku": ["1", "2"],
        "name": ["x", None],
        "price": pd.array([2**53 + 1, None], dtype="Int64"),
        "stock": [True, False],
        "tags": [["a"], None],
        "since": pd.to_datetime(["2024-05-31", None]),
    })  # fmt: skip
    items.to_parquet(tmp_path / "i.parquet")
    pd.DataFrame({"customer": [1], "sku": ["1"], "stars": [4], "at": pd.to_datetime(["2024-01-01"])}).to_parquet(
        tmp_path / "r.parquet"
    )
    declared = tables.declared(
        items={"path": "i.parquet", **ITEM_COLUMNS}, interactions={"path": "r.parquet", **EXPLICIT}
    )
    dataset = read_dataset(declared)
    assert records(dataset.items) == [
        {"sku": "1", "name": "x", "price": 2**53 + 1, "stock": True, "tags": ["a"], "since": "2024-05-31T00:00:00"},
        {"sku": "2", "name": None, "price": None, "stock": False, "tags": [], "since": None},
    ]
    assert dataset.interactions.times.tolist() == [1704067200]
    (tmp_path / "r.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DatasetError, match=r"r\.parquet is not a Parquet file"):
        read_dataset(declared)
