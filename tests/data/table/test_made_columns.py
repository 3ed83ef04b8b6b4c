"""Columns that are made of others: missing texts, extracted columns, lists from columns of 0 and 1."""

from __future__ import annotations

import pandas as pd
import pytest

from towhee_recsys import load_config
from towhee_recsys.data import iter_items, read_dataset, records
from towhee_recsys.errors import ConfigError, DatasetError

RATINGS = {"user": "u", "item": "i", "rating": "r", "scale": [1, 5]}
TITLES = {"title": "title", "extract": {"title": r"(?P<title>.*\S)\s*\((?P<year>[0-9]{4})\)"}, "show": ["year"]}
KINDS = {"multi_hot": {"kinds": ["War", "Drama", "Noir"]}}


def items_of(tables, text, name="i.csv", **items):
    ratings = {"path": tables.write("r.csv", "u,i,r\n1,1,5\n"), **RATINGS}
    return tables.declared(items={"path": tables.write(name, text), "id": "i", **items}, interactions=ratings)


def test_a_column_is_split_by_the_groups_of_a_pattern(tables):
    text = 'i,title,more\n1,"Heat, The (1995)",a\n2,No Year,b\n3,(500) Days (of) Summer (2009) ,c\n4,,d\n'
    dataset = read_dataset(items_of(tables, text, **TITLES))
    assert list(dataset.items) == ["i", "title", "year", "more"]
    assert records(dataset.items[["title", "year"]]) == [
        {"title": "Heat, The", "year": 1995},
        {"title": "No Year", "year": None},
        {"title": "(500) Days (of) Summer", "year": 2009},
        {"title": None, "year": None},
    ]
    assert dataset.item_schema.facts == {"title": "text", "year": "number"}


def test_a_pattern_without_a_group_of_the_column_s_name_leaves_it(tables):
    extract = {"price": "(?P<amount>[0-9.]+) (?P<currency>[A-Z]+)"}
    dataset = read_dataset(items_of(tables, "i,price\n1,2.5 EUR\n2,free\n", extract=extract))
    assert records(dataset.items) == [
        {"i": 1, "price": "2.5 EUR", "amount": 2.5, "currency": "EUR"},
        {"i": 2, "price": "free", "amount": None, "currency": None},
    ]


def test_columns_of_0_and_1_become_a_list(tables):
    text = "i,War,Drama,Noir,x\n1,0,1,1,a\n2,0,0,0,b\n3,true,FALSE,,c\n"
    dataset = read_dataset(items_of(tables, text, **KINDS, show=["kinds"], filter=["kinds"]))
    assert list(dataset.items) == ["i", "kinds", "x"]
    assert dataset.items["kinds"].tolist() == [["Drama", "Noir"], [], ["War"]]
    assert dataset.item_schema.filters == {"kinds": "texts"}
    assert [feature.column for feature in load_config(dataset=dataset.schema.model_dump()).features.item] == [
        "i",
        "kinds",
    ]


def test_texts_that_mean_nothing(tables):
    text = "i,tags,price\n1,(none),N/A\n2,a|(none),3\n"
    dataset = read_dataset(items_of(tables, text, missing=["(none)", "N/A"], lists={"tags": "|"}))
    assert records(dataset.items) == [
        {"i": 1, "tags": [], "price": None},
        {"i": 2, "tags": ["a", "(none)"], "price": 3},
    ]


def test_data_frames_and_other_files_are_treated_the_same(tables):
    frame = pd.DataFrame({"i": [1, 2], "title": ["Heat (1995)", "-"], "War": [1, 0], "Drama": [0.0, 1.0]})
    frame["Noir"] = [True, False]
    declared = items_of(tables, "", **TITLES, **KINDS, missing=["-"])
    declared = declared.model_copy(update={"tables": {"items": frame}})
    assert records(read_dataset(declared).items) == [
        {"i": 1, "title": "Heat", "year": 1995, "kinds": ["War", "Noir"]},
        {"i": 2, "title": None, "year": None, "kinds": ["Drama"]},
    ]
    more = str(tables.folder / tables.write("more.csv", "i,title,War,Drama,Noir\n9,Ran (1985),1,1,0\n"))
    assert next(iter_items(declared, more)) == [{"i": 9, "title": "Ran", "year": 1985, "kinds": ["War", "Drama"]}]


def refused(tables, text, **items):
    with pytest.raises(DatasetError) as caught:
        read_dataset(items_of(tables, text, **items))
    return str(caught.value)


def test_a_cell_that_is_neither_0_nor_1(tables, must_say):
    message = refused(tables, "i,War,Drama,Noir\n1,0,1,1\n2,0,2,0\n", **KINDS)
    must_say(message, "i.csv:3", "Drama", "given '2'", "accepted: 0 or 1", "dataset.strict")


def test_columns_that_are_not_there(tables, must_say):
    message = refused(tables, "i,War,Noir,titel\n1,0,1,x\n", **KINDS, **TITLES)
    must_say(message, "dataset.items.multi_hot.kinds[1]", "'Drama'", "dataset.items.extract.title", "'titel'")


@pytest.mark.parametrize(
    ("settings", "setting"), [({}, "dataset.items.id"), ({"show": ["a"]}, "dataset.items.show[0]")]
)
def test_a_declared_column_is_not_replaced(tables, must_say, settings, setting):
    column = "a" if settings else "i"
    with pytest.raises(DatasetError) as caught:
        read_dataset(items_of(tables, "i,a,b\n1,0,1\n", multi_hot={"kinds": [column, "b"]}, **settings))
    must_say(str(caught.value), setting, repr(column), "dataset.items.multi_hot", "a column that stays")


def test_a_new_column_with_the_name_of_another(tables, must_say):
    message = refused(tables, "i,title,year\n1,Heat (1995),1995\n", **TITLES)
    must_say(message, "i.csv", "dataset.items", "'year'", "another name")


@pytest.mark.parametrize(
    ("items", "facts"),
    [
        ({"extract": {"title": "(?P<year>"}}, ["extract", "'title'", "regular expression"]),
        ({"extract": {"title": "(.*)"}}, ["extract", "'title'", "(?P<title>.*)"]),
        ({"multi_hot": {"kinds": []}}, ["multi_hot", "'kinds'", "no columns"]),
        ({"multi_hot": {"a": ["x"], "b": ["x"]}}, ["multi_hot", "'x'", "twice"]),
        ({"multi_hot": {"a": ["x"]}, "extract": {"t": "(?P<a>.)"}}, ["'a'", "twice"]),
        ({"missing": "-"}, ["missing", "'-'", "a list"]),
    ],
)
@pytest.mark.parametrize("table", ["users", "items"])
def test_what_cannot_be_made(must_say, items, facts, table):
    dataset = {"interactions": {"path": "r.csv", **RATINGS}, table: {"path": "i.csv", **items}}
    with pytest.raises(ConfigError) as caught:
        load_config(dataset=dataset)
    must_say(str(caught.value), f"dataset.{table}", *facts)


@pytest.mark.parametrize("name", ["i.csv", "i.jsonl", "frame"])
def test_only_columns_that_are_kept_or_declared_are_there(tables, name):
    rows = [{"i": 1, "a": "x", "title": "Heat (1995)", "b": "y", "c": "z"}]
    if name == "i.jsonl":
        rows[0]["b"] = [{"large": ["and", "nested"]}]
    frame = pd.DataFrame(rows)
    text = frame.to_csv(index=False) if name == "i.csv" else frame.to_json(orient="records", lines=True)
    declared = items_of(tables, text, "i.csv" if name == "frame" else name, **TITLES, keep=["c"])
    if name == "frame":
        declared = declared.model_copy(update={"tables": {"items": frame}})
    assert records(read_dataset(declared).items) == [{"i": 1, "title": "Heat", "year": 1995, "c": "z"}]


def test_a_kept_column_that_is_not_there(tables, must_say):
    message = refused(tables, "i,stor\n1,x\n", keep=["store"])
    must_say(message, "dataset.items.keep[0]", "'store'", "Did you mean 'stor'?")
