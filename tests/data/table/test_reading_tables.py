"""Known tables: what is in the dataset that is read from them."""

from __future__ import annotations

import logging
from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from tests.data.table.conftest import EXPLICIT, ITEMS, RATINGS, READ_ITEMS, USERS
from tests.declarations import schema
from towhee_recsys.data import (
    check_dataset,
    count_items,
    ensure_dataset,
    interactions_frame,
    iter_items,
    read_dataset,
    read_items,
    records,
)
from towhee_recsys.errors import DatasetError


def test_every_table_as_declared(tables):
    dataset = tables.read()
    assert records(dataset.items) == READ_ITEMS
    assert records(dataset.users) == [
        {"customer": "c1", "country": "DE", "age": 30},
        {"customer": "c2", "country": "NA", "age": None},
    ]
    assert records(interactions_frame(dataset)) == [
        {"user": "c1", "item": "A1", "value": 5.0, "time": 100},
        {"user": "c1", "item": "A2", "value": 3.0, "time": 200},
        {"user": "c2", "item": "A1", "value": 4.5, "time": 300},
    ]
    kinds = [each if each is None else str(each.dtype) for each in astuple(dataset.interactions)]
    assert kinds == ["int32", "int32", "float32", "int64", None], "without parts"
    assert dataset.item_types == {
        "sku": "text", "name": "text", "price": "number", "stock": "boolean", "tags": "texts", "size": "text"
    }  # fmt: skip
    assert dataset.item_schema.facts == {"name": "text", "price": "number", "tags": "texts", "stock": "boolean"}
    assert dataset.item_schema.filters == {"tags": "texts", "stock": "boolean"}
    assert (dataset.item_schema.id, dataset.item_schema.id_type, dataset.item_schema.title) == ("sku", "text", "name")
    assert (dataset.user_ids.dtype, dataset.item_ids.dtype) == (object, object)
    assert dataset.interactions.items.tolist() == [0, 1, 0]
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
    assert interactions_frame(dataset)["item"].tolist() == kept
    assert dataset.item_schema.id_type == ("int" if isinstance(kept[0], int) else "text")
    assert [record["sku"] for chunk in iter_items(tables.declared(**section)) for record in chunk] == kept


def test_numbers_in_one_table_match_texts_in_another(tables):
    frame = pd.DataFrame({"sku": [1, 2]})
    tables.write("r.csv", "customer,sku,stars,at\nx,1,5,1\n")
    section = {"tables": {"items": frame}, "interactions": {"path": "r.csv", **EXPLICIT}}
    assert interactions_frame(read_dataset(tables.declared(**section)))["item"].tolist() == [1]
    section["tables"] = {"items": frame.astype(str)}
    assert interactions_frame(read_dataset(tables.declared(**section)))["item"].tolist() == ["1"]


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
