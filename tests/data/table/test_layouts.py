"""Files in text of any layout: a separator of one character or more, no header, no quotes."""

from __future__ import annotations

import gzip

import pytest

from tests.data.table.conftest import EXPLICIT, ITEM_COLUMNS
from towhee_recsys import load_config
from towhee_recsys.data import interactions_frame, iter_items, read_dataset, records
from towhee_recsys.errors import ConfigError, DatasetError

COLUMNS = ["customer", "sku", "stars", "at"]
ROWS = [["c1", "A1", "5", "100"], ["c1", "A2", "3", "200"], ["c2", "A1", "4.5", "300"]]
READ = [
    {"user": "c1", "item": "A1", "value": 5.0, "time": 100},
    {"user": "c1", "item": "A2", "value": 3.0, "time": 200},
    {"user": "c2", "item": "A1", "value": 4.5, "time": 300},
]


def text_of(rows, separator):
    return "".join(f"{separator.join(row)}\n" for row in rows)


def interactions_of(dataset):
    return records(interactions_frame(dataset))


@pytest.mark.parametrize("separator", ["|", ";", "\t", " ", "::", " - ", "→", ", "])
@pytest.mark.parametrize("has_header", [True, False])
@pytest.mark.parametrize("name", ["u.data", "r.csv", "ratings"])
def test_any_separator_with_and_without_a_header(tables, separator, has_header, name):
    rows = [COLUMNS, *ROWS] if has_header else ROWS
    layout = {"separator": separator} | ({} if has_header else {"columns": COLUMNS})
    path = tables.write(name, text_of(rows, separator))
    dataset = read_dataset(tables.declared(interactions={"path": path, **layout, **EXPLICIT}))
    assert interactions_of(dataset) == READ


@pytest.mark.parametrize("name", ["r.csv", "r.csv.gz", "r.tsv"])
def test_without_a_separator_it_is_that_of_the_suffix(tables, name):
    text = text_of(ROWS, "\t" if ".tsv" in name else ",").encode()
    path = tables.write(name, gzip.compress(text) if name.endswith(".gz") else text)
    dataset = read_dataset(tables.declared(interactions={"path": path, "columns": COLUMNS, **EXPLICIT}))
    assert interactions_of(dataset) == READ


@pytest.mark.parametrize(
    ("separator", "quotes", "cell", "value"),
    [
        ("|", True, '"a|b"', "a|b"),
        ("|", True, '"say ""hi"""', 'say "hi"'),
        ("|", False, '"weird al" x', '"weird al" x'),
        ("|", False, '"', '"'),
        ("::", True, '"weird al" x', '"weird al" x'),
        ("::", True, 'a:b"', 'a:b"'),
    ],
)
def test_quotes(tables, separator, quotes, cell, value):
    items = {"path": tables.write("i.dat", f"sku{separator}name\nA1{separator}{cell}\n"), "title": "name"}
    section = {"separator": separator, "quotes": quotes, **items}
    ratings = {"path": tables.write("r.csv", text_of([COLUMNS, ROWS[0]], ",")), **EXPLICIT}
    declared = tables.declared(items=section, interactions=ratings)
    assert read_dataset(declared).items["name"].tolist() == [value]


def test_another_file_of_items_has_the_layout_of_the_dataset(tables):
    items = {"path": tables.write("u.item", "A1|Lamp|12|true|red new\n"), "columns": ["sku", "name", "price", "stock"]}
    items = ITEM_COLUMNS | items | {"separator": "|", "lists": {"tags": " "}}
    items["columns"] = [*items["columns"], "tags"]
    ratings = {"path": tables.write("r.csv", text_of([COLUMNS, ROWS[0]], ",")), **EXPLICIT}
    declared = tables.declared(items=items, interactions=ratings)
    assert records(read_dataset(declared).items)[0]["tags"] == ["red", "new"]
    more = str(tables.folder / tables.write("more.item", "A9|Chair|7|false|\n"))
    assert [record for chunk in iter_items(declared, more) for record in chunk] == [
        {"sku": "A9", "name": "Chair", "price": 7, "stock": False, "tags": []}
    ]


def refused(tables, text, name="r.dat", **layout):
    with pytest.raises(DatasetError) as caught:
        read_dataset(tables.declared(interactions={"path": tables.write(name, text), **layout, **EXPLICIT}))
    return str(caught.value)


def test_a_row_of_another_width(tables, must_say):
    text = text_of([*ROWS, ["c2", "A2", "4"]], "::")
    message = refused(tables, text, separator="::", columns=COLUMNS)
    must_say(message, "r.dat:4", "given 3", "accepted: 4", "customer, sku, stars, at", "dataset.strict")
    message = refused(tables, text_of(ROWS, "::"), separator="::", columns=[*COLUMNS, "more"])
    must_say(message, "r.dat:1", "given 4", "accepted: 5", "columns")


def test_columns_for_a_file_that_has_a_header(tables, must_say):
    message = refused(tables, text_of([COLUMNS, *ROWS], "|"), separator="|", columns=COLUMNS)
    must_say(message, "r.dat:1", "names of the columns", "leave `columns` out")


def test_a_declared_column_that_is_not_among_the_columns(tables, must_say):
    message = refused(tables, text_of(ROWS, "|"), separator="|", columns=["customer", "sku", "stars", "when"])
    must_say(message, "r.dat", "dataset.interactions.time", "'at'", "'when'")


def test_an_unknown_suffix_without_a_separator(tables, must_say):
    must_say(refused(tables, "x", "u.data"), "u.data", "'.data'", ".csv, .tsv", "separator")
    must_say(refused(tables, "x", "ratings"), "without a suffix", "separator")


@pytest.mark.parametrize("name", ["r.jsonl", "r.parquet"])
def test_the_layout_of_a_text_for_another_format(tables, must_say, name):
    message = refused(tables, "{}", name, separator="|", columns=["x"])
    must_say(message, name, "separator and columns", "files in text", "Leave out")


def test_semicolons_without_a_separator(tables, must_say):
    must_say(refused(tables, text_of([COLUMNS, *ROWS], ";"), "r.csv"), "semicolons", "separator: ;")


@pytest.mark.parametrize(
    ("layout", "facts"),
    [
        ({"separator": ""}, ["separator", "text that is not empty"]),
        ({"separator": "\n"}, ["separator", "'\\n'", "line ends"]),
        ({"separator": '"'}, ["separator", "line ends"]),
        ({"columns": ["a", "b", "a"]}, ["columns", "'a' is there twice"]),
        ({"columns": ["a", " "]}, ["columns", "a name of its own"]),
        ({"quotes": "no"}, ["quotes", "'no'", "true", "false"]),
    ],
)
@pytest.mark.parametrize("table", ["users", "items", "interactions"])
def test_layouts_that_are_refused(must_say, layout, facts, table):
    dataset = {"interactions": {"path": "r.csv", "user": "u", "item": "i"}}
    dataset[table] = {"path": "r.csv"} | dataset.get(table, {}) | layout
    with pytest.raises(ConfigError) as caught:
        load_config(dataset=dataset)
    must_say(str(caught.value), f"dataset.{table}", *facts)


@pytest.mark.parametrize("has_header", [True, False])
def test_lines_before_the_table(tables, has_header):
    text = f"# made by\n# somebody\n{text_of([COLUMNS, *ROWS] if has_header else ROWS, ',')}"
    layout = {"skip_lines": 2} | ({} if has_header else {"columns": COLUMNS})
    dataset = read_dataset(tables.declared(interactions={"path": tables.write("r.csv", text), **layout, **EXPLICIT}))
    assert interactions_of(dataset) == READ


def test_a_header_is_replaced_by_columns(tables):
    text = text_of([["a", "b", "c", "d"], *ROWS], ",")
    section = {"path": tables.write("r.csv", text), "skip_lines": 1, "columns": COLUMNS}
    assert interactions_of(read_dataset(tables.declared(interactions={**section, **EXPLICIT}))) == READ


@pytest.mark.parametrize("separator", [",", "::"])
def test_lines_are_counted_from_the_beginning_of_the_file(tables, must_say, separator):
    bad = text_of([*ROWS, ["c2", "A2", "9", "1"]], separator)
    message = refused(tables, f"# \n# \n{bad}", separator=separator, columns=COLUMNS, skip_lines=2)
    must_say(message, "r.dat:6:", "'9'")
    message = refused(tables, "# \n" + text_of([["a", "b"], ["a"]], separator), separator=separator, skip_lines=1)
    must_say(message, "r.dat:3:", "given 1", "accepted: 2")


def test_no_line_is_left(tables, must_say):
    must_say(refused(tables, "a\n", "r.csv", skip_lines=3), "r.csv", "1 lines", "skip_lines: 3")
