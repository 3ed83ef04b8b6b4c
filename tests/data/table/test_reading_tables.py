"""Known tables: what is in the dataset that is read from them."""

from __future__ import annotations

import bz2
import gzip
import json
import logging
import lzma

import numpy as np
import pandas as pd
import pytest

from tests.data.table.conftest import EVENTS, EXPLICIT, IMPLICIT, ITEM_COLUMNS, ITEMS, RATINGS, USERS
from tests.declarations import schema
from towhee_recsys.config import load_config
from towhee_recsys.data import (
    all_interactions,
    check_dataset,
    count_items,
    ensure_dataset,
    iter_items,
    read_dataset,
    read_items,
    records,
)
from towhee_recsys.errors import ConfigError, DatasetError

READ_ITEMS = [
    {"sku": "A1", "name": "NA", "price": 12.0, "stock": True, "tags": ["red", "new"], "size": "M"},
    {"sku": "A2", "name": "Lamp", "price": None, "stock": False, "tags": [], "size": "42"},
    {"sku": "A3", "name": "1984", "price": 7.5, "stock": None, "tags": ["blue"], "size": None},
]


def test_every_table_as_declared(tables):
    dataset = tables.read()
    assert records(dataset.items) == READ_ITEMS
    assert records(dataset.users) == [
        {"customer": "c1", "country": "DE", "age": 30},
        {"customer": "c2", "country": "NA", "age": None},
    ]
    assert records(dataset.interactions) == [
        {"user": "c1", "item": "A1", "value": 5.0, "time": 100},
        {"user": "c1", "item": "A2", "value": 3.0, "time": 200},
        {"user": "c2", "item": "A1", "value": 4.5, "time": 300},
    ]
    assert (str(dataset.interactions["value"].dtype), str(dataset.interactions["time"].dtype)) == ("float32", "int64")
    assert dataset.item_types == {
        "sku": "text", "name": "text", "price": "number", "stock": "boolean", "tags": "texts", "size": "text"
    }  # fmt: skip
    assert dataset.item_schema.facts == {"name": "text", "price": "number", "tags": "texts", "stock": "boolean"}
    assert dataset.item_schema.filters == {"tags": "texts", "stock": "boolean"}
    assert (dataset.item_schema.id, dataset.item_schema.id_type, dataset.item_schema.title) == ("sku", "text", "name")
    assert (dataset.user_ids.dtype, dataset.item_ids.dtype) == (object, object)
    assert all_interactions(dataset).items.tolist() == [0, 1, 0]
    assert not dataset.bad_rows


def test_without_tables_users_and_items_are_those_of_the_interactions(tables):
    dataset = tables.read("customer,sku,stars,at\n10,B,5,1\n9,A,4,1\n10,A,3,1\n", items=None, users=None)
    assert dataset.user_ids.tolist() == [9, 10]
    assert dataset.user_ids.dtype == np.int64
    assert dataset.item_ids.tolist() == ["A", "B"]
    assert (list(dataset.users), list(dataset.items)) == (["customer"], ["sku"])
    assert dataset.item_types == {"sku": "text"}


@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (["3", "-7", "0"], [3, -7, 0]),
        (["9223372036854775807", "-9223372036854775808", "1"], [2**63 - 1, -(2**63), 1]),
        (["3", "07", "1"], ["3", "07", "1"]),
        (["3", "+7", "1"], ["3", "+7", "1"]),
        (["3", "-0", "1"], ["3", "-0", "1"]),
        (["3", "7.0", "1"], ["3", "7.0", "1"]),
        (["3", " 7", "1"], ["3", " 7", "1"]),
        (["3", "٣", "1"], ["3", "٣", "1"]),
        (["3", "9223372036854775808", "1"], ["3", "9223372036854775808", "1"]),
        (["NA", "null", "nan"], ["NA", "null", "nan"]),
    ],
)
def test_ids_are_whole_numbers_or_stay_the_texts_that_they_are(tables, ids, kept):
    items = "sku\n" + "".join(f"{each}\n" for each in ids)
    ratings = "customer,sku,stars,at\n" + "".join(f"c1,{each},5,1\n" for each in ids)
    section = {"items": {"path": tables.write("i.csv", items)}}
    section["interactions"] = {"path": tables.write("r.csv", ratings), **EXPLICIT}
    dataset = read_dataset(tables.declared(**section))
    assert dataset.item_ids.tolist() == kept
    assert dataset.interactions["item"].tolist() == kept
    assert dataset.item_schema.id_type == ("int" if isinstance(kept[0], int) else "text")
    assert [record["sku"] for chunk in iter_items(tables.declared(**section)) for record in chunk] == kept


def test_numbers_in_one_table_match_texts_in_another(tables):
    frame = pd.DataFrame({"sku": [1, 2]})
    tables.write("r.csv", "customer,sku,stars,at\nx,1,5,1\n")
    section = {"tables": {"items": frame}, "interactions": {"path": "r.csv", **EXPLICIT}}
    assert read_dataset(tables.declared(**section)).interactions["item"].tolist() == [1]
    section["tables"] = {"items": frame.astype(str)}
    assert read_dataset(tables.declared(**section)).interactions["item"].tolist() == ["1"]


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["1", "", "-3"], "number", [1, None, -3]),
        (["1", "2.5", "1e3"], "number", [1.0, 2.5, 1000.0]),
        (["1", " 2", "3 "], "number", [1, 2, 3]),
        (["02460", "1", "2"], "text", ["02460", "1", "2"]),
        (["+1", "1", "2"], "text", ["+1", "1", "2"]),
        (["1e999", "1", "2"], "text", ["1e999", "1", "2"]),
        (["12345678901234567890", "1", "2"], "text", ["12345678901234567890", "1", "2"]),
        (["nan", "inf", "NA"], "text", ["nan", "inf", "NA"]),
        (["1_0", "1", "2"], "text", ["1_0", "1", "2"]),
        (["TRUE", "False", ""], "boolean", [True, False, None]),
        (["true", "yes", "no"], "text", ["true", "yes", "no"]),
        (["true", "1", "0"], "text", ["true", "1", "0"]),
        (["", " ", ""], "text", [None, None, None]),
        ([" a", "b ", '"c\n""d"""'], "text", [" a", "b ", 'c\n"d"']),
    ],
)
def test_columns_have_the_type_that_all_their_cells_have(tables, cells, kind, values):
    items = "sku,x\n" + "".join(f"A{number},{cell}\n" for number, cell in enumerate(cells))
    ratings = "customer,sku,stars,at\nc1,A0,5,1\n"
    section = {"items": {"path": tables.write("i.csv", items), "show": ["x"]}}
    dataset = read_dataset(
        tables.declared(**section, interactions={"path": tables.write("r.csv", ratings), **EXPLICIT})
    )
    assert dataset.item_schema.facts == {"x": kind}
    got = [record["x"] for record in records(dataset.items)]
    assert got == values
    assert list(map(type, got)) == list(map(type, values))


def test_a_title_is_a_text_whatever_it_looks_like(tables):
    dataset = tables.read(items=ITEMS.replace("NA", "1").replace("Lamp", "2"))
    assert dataset.items["name"].tolist() == ["1", "2", "1984"]


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


def test_zstandard(tables):
    zstandard = pytest.importorskip("zstandard")
    content = zstandard.compress(RATINGS[:40].encode()) + zstandard.compress(RATINGS[40:].encode())  # two frames
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
    assert dataset.interactions.to_numpy().tolist() == [[5, "1", 4.0, 978307200]]
    assert (dataset.user_ids.dtype, dataset.item_schema.id_type) == (np.int64, "text")


def test_parquet_keeps_its_types(tables, tmp_path):
    pytest.importorskip("pyarrow")
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
    assert dataset.interactions["time"].tolist() == [1704067200]
    (tmp_path / "r.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(DatasetError, match=r"r\.parquet is not a Parquet file"):
        read_dataset(declared)


@pytest.mark.parametrize(("name", "package"), [("r.parquet", "pyarrow.parquet"), ("r.csv.zst", "zstandard")])
def test_a_package_that_is_not_installed(tables, monkeypatch, must_say, name, package):
    monkeypatch.setitem(__import__("sys").modules, package, None)
    declared = tables.declared(interactions={"path": tables.write(name, b"x"), **EXPLICIT})
    with pytest.raises(DatasetError) as caught:
        read_dataset(declared)
    must_say(str(caught.value), name, package.partition(".")[0], "pip install 'towhee_recsys[tables]'")


def test_frames_in_the_place_of_files():
    items = pd.DataFrame({
        "sku": [3, 1, 2],
        "name": ["x", "y", "z"],
        "price": [1.0, np.nan, 3.0],
        "weight": [1.0, 2.0, 3.0],
        "stock": pd.Series([True, None, False], dtype="boolean"),
        "tags": [["a"], ("b", "c"), []],
        "kind": pd.Categorical(["k", None, "k"]),
    })  # fmt: skip
    orders = pd.DataFrame({"customer": ["c", "c"], "sku": [1.0, 2.0], "n": [2, 3]})
    config = load_config(
        dataset={
            "name": "shop",
            "items": ITEM_COLUMNS,
            "interactions": {"user": "customer", "item": "sku", "count": "n"},
        },
        tables={"items": items, "interactions": orders},
    )
    dataset = read_dataset(config.dataset)
    assert records(dataset.items) == [
        {"sku": 3, "name": "x", "price": 1, "weight": 1.0, "stock": True, "tags": ["a"], "kind": "k"},
        {"sku": 1, "name": "y", "price": None, "weight": 2.0, "stock": None, "tags": ["b", "c"], "kind": None},
        {"sku": 2, "name": "z", "price": 3, "weight": 3.0, "stock": False, "tags": [], "kind": "k"},
    ]
    assert isinstance(records(dataset.items)[0]["price"], int)
    assert dataset.interactions.to_numpy().tolist() == [["c", 1, 2.0, 0], ["c", 2, 3.0, 0]]
    assert check_dataset(config.dataset)[1]
    assert list(iter_items(config.dataset, chunk_size=2))[1] == records(dataset.items)[2:]
    changed = load_config(config, tables={"items": items.assign(weight=0), "interactions": orders})
    copied = load_config(config, tables={"items": items.copy(), "interactions": orders})
    prints = [read_dataset(each.dataset).fingerprint for each in (config, changed, copied)]
    assert prints[0] == prints[2] != prints[1]


@pytest.mark.parametrize(
    ("tables", "fact"),
    [
        ({"items": [1]}, "dataset.tables.items: given a list, accepted: a pandas.DataFrame"),
        ({"items": pd.DataFrame([[1, 2]], columns=["sku", "sku"])}, "'sku' is there twice"),
        ({"items": pd.DataFrame({"sku": [1.5]})}, "given 1.5, accepted: ids that are whole numbers or texts"),
        ({"items": pd.DataFrame({"sku": [1], "price": [np.inf]})}, "dataset.tables.items:1: price: given inf"),
        ({"items": pd.DataFrame({"sku": []})}, "dataset.tables.items is empty"),
    ],
)
def test_frames_that_are_no_tables(tables, fact):
    orders = pd.DataFrame({"customer": ["c"], "sku": [1]})
    interactions = {"user": "customer", "item": "sku"}
    with pytest.raises(DatasetError) as caught:
        read_dataset(schema(name="x", strict=True, interactions=interactions, tables={"interactions": orders} | tables))
    assert fact in str(caught.value)


def test_a_frame_for_no_table():
    with pytest.raises(ConfigError, match="tables"):
        load_config(dataset={"name": "x"}, tables={"orders": pd.DataFrame()})


def test_events_are_added_up_and_those_of_no_weight_left_out(tables):
    declared = tables.declared(interactions={"path": tables.write("e.csv", EVENTS), **IMPLICIT})
    dataset = read_dataset(declared)
    assert records(dataset.interactions) == [
        {"user": "c1", "item": "A1", "value": 1.5, "time": 300},
        {"user": "c2", "item": "A3", "value": 0.5, "time": 50},
    ]
    assert dataset.item_ids.tolist() == ["A1", "A3"], "an item of weight 0 only is none"
    assert dataset.schema.feedback.scale is None


def test_types_of_events_can_be_numbers(tables):
    section = {"user": "customer", "item": "sku", "event": "what", "weights": {1: 0.5, 2: 3}}
    text = "customer,sku,what\nc1,A,1\nc1,B,2\n"
    declared = tables.declared(interactions={"path": tables.write("e.csv", text), **section})
    assert read_dataset(declared).interactions["value"].tolist() == [0.5, 3.0]


def test_interactions_that_only_are_there_count_one_each(tables):
    declared = tables.declared(
        interactions={"path": tables.write("e.csv", EVENTS), "user": "customer", "item": "sku", "time": "at"}
    )
    assert read_dataset(declared).interactions["value"].tolist() == [3.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("978300760", 978300760),
        ("978300760.9", 978300760),
        ("-1.5", -2),
        ("2001-01-01", 978307200),
        ("2001-01-01T01:02", 978310920),
        ("2001-01-01 01:02:03", 978310923),
        ("2001-01-01T01:02:03.999Z", 978310923),
        ("2001-01-01T01:02:03+01:00", 978307323),
        ("1700-01-01", -8520336000),
    ],
)
def test_times(tables, cell, seconds):
    dataset = tables.read(f"customer,sku,stars,at\nc1,A1,5,{cell}\nc1,A2,5,0\n")
    assert dataset.interactions["time"].tolist() == [seconds, 0]


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("unit", ["ns", "ms"])
def test_times_of_frames(unit, zone):
    times = pd.Series(np.array(["2024-05-31T12:00:00.000", "1969-12-31T23:59:59.500"], dtype=f"datetime64[{unit}]"))
    orders = pd.DataFrame({"customer": ["c", "d"], "sku": ["x", "x"], "at": times.dt.tz_localize(zone)})
    table = {"user": "customer", "item": "sku", "time": "at"}
    declared = schema(name="x", interactions=table, strict=True, tables={"interactions": orders})
    noon, early = read_dataset(declared).interactions["time"]
    assert noon == 1717156800 - (7200 if zone else 0)
    assert early == -1 - (3600 if zone else 0)


def test_items_alone_have_the_types_of_the_dataset(tables):
    declared = tables.ratings()
    assert list(iter_items(declared, chunk_size=2)) == [READ_ITEMS[:2], READ_ITEMS[2:]]
    more = str(tables.folder / tables.write("more.csv", "size,sku,name,price,stock,tags\n7,5,6,,,\n"))
    assert records(read_items(declared, more)) == [
        {"size": "7", "sku": "5", "name": "6", "price": None, "stock": None, "tags": []}
    ]
    assert count_items(declared, more) == 1
    items, expected = read_dataset(declared).item_schema, records(read_items(declared, more))
    (tables.folder / "ratings.csv").unlink()
    (tables.folder / "items.csv").unlink()
    assert records(read_items(declared, more, items)) == expected, "without the dataset, by the schema"
    with pytest.raises(DatasetError) as caught:
        read_items(declared, more)
    assert [
        fact for fact in ("more.csv", "cannot be read", "items.csv", "model_dir") if fact not in str(caught.value)
    ] == []


def test_a_cell_of_another_type_than_the_dataset_has(tables, must_say):
    declared = tables.ratings()
    more = str(tables.folder / tables.write("more.csv", "sku,name,price,stock,tags\nA9,x,cheap,,\n"))
    with pytest.raises(DatasetError) as caught:
        read_items(declared, more)
    must_say(str(caught.value), "more.csv:2", "price", "'cheap'", "a finite number")


def test_items_alone_without_a_table_of_them(tables):
    declared = tables.ratings(items=None)
    assert list(iter_items(declared)) == [[{"sku": "A1"}, {"sku": "A2"}]]
    assert count_items(declared) is None


def test_files_are_found_before_they_are_read(tables):
    declared = tables.ratings()
    ensure_dataset(declared)
    sentence, there = check_dataset(declared)
    assert there
    assert all(name in sentence for name in ("users.csv", "items.csv", "ratings.csv"))


def test_paths_without_a_folder_are_relative_to_the_working_folder(tables, monkeypatch):
    monkeypatch.chdir(tables.folder)
    tables.write("r.csv", RATINGS)
    declared = schema(name="x", interactions={"path": "r.csv", **EXPLICIT})
    assert len(read_dataset(declared).interactions) == 3


def test_fingerprints(tables):
    first = tables.read().fingerprint
    assert first == tables.read().fingerprint
    assert first != tables.read(users=USERS + "c3,FR,\n").fingerprint
    assert first != tables.read(users=None).fingerprint


def test_bad_rows_are_skipped_and_counted(tables, caplog):
    caplog.set_level(logging.WARNING, "towhee_recsys.data")
    dataset = tables.read(
        RATINGS + "c9,A1,5,1\nc2,A9,5,1\nc2,A2,6,1\nc2,A3\n",
        items=ITEMS + "A1,again,,,,\n",
        strict=False,
        max_bad_share=0.6,
    )
    assert dataset.bad_rows == {
        "items.csv: duplicate item": 1,
        "ratings.csv: unknown user": 1,
        "ratings.csv: unknown item": 1,
        "ratings.csv: rating out of scale": 1,
        "ratings.csv: missing fields": 1,
    }
    assert len(dataset.interactions) == 3
    assert records(dataset.items) == READ_ITEMS
    assert "ratings.csv: 4 of 7 rows skipped" in caplog.text


def test_too_many_bad_rows(tables, must_say):
    message = tables.refused(RATINGS + "c9,A1,5,1\nc9,A2,5,1\n", strict=False, max_bad_share=0.3)
    must_say(message, "2 of 5 rows are bad (40.00%)", "max_bad_share", "2 x unknown user (first in row 5)")
