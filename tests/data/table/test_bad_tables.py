"""Every kind of bad row and bad file: what the message says, and what lenient reading leaves."""

from __future__ import annotations

import gzip

import pytest

from tests.data.table.conftest import EVENTS, EXPLICIT, IMPLICIT, ITEMS, RATINGS, USERS
from tests.interactions import same
from towhee_recsys.data import check_dataset, ensure_dataset, read_dataset
from towhee_recsys.errors import DatasetError, DeclarationError

ROWS = [
    ("ratings", ",A1,5,1", "missing customer", ["customer: given nothing", "an id"]),
    ("ratings", "c2,,5,1", "missing sku", ["sku: given nothing", "an id"]),
    ("ratings", "c2, ,5,1", "missing sku", ["sku: given nothing", "an id"]),
    ("ratings", "c9,A1,5,1", "unknown user", ["customer: given 'c9'", "users.csv"]),
    ("ratings", "c2,A9,5,1", "unknown item", ["sku: given 'A9'", "items.csv"]),
    ("ratings", "c2,A2,,1", "rating not a number", ["stars: given nothing", "a number"]),
    ("ratings", "c2,A2,good,1", "rating not a number", ["stars: given 'good'", "a number"]),
    ("ratings", "c2,A2,nan,1", "rating not a number", ["stars: given 'nan'", "a number"]),
    ("ratings", "c2,A2,1_0,1", "rating not a number", ["stars: given '1_0'", "a number"]),
    ("ratings", "c2,A2,1e999,1", "rating not a number", ["stars: given '1e999'", "a number"]),
    ("ratings", "c2,A2,5.5,1", "rating out of scale", ["stars: given '5.5'", "0.5 to 5", "interactions.scale"]),
    ("ratings", "c2,A2,0,1", "rating out of scale", ["stars: given '0'", "0.5 to 5"]),
    ("ratings", "c2,A2,5,", "time not readable", ["at: given nothing", "seconds since 1970", "ISO 8601"]),
    ("ratings", "c2,A2,5,noon", "time not readable", ["at: given 'noon'", "ISO 8601"]),
    ("ratings", "c2,A2,5,now", "time not readable", ["at: given 'now'", "ISO 8601"]),
    ("ratings", "c2,A2,5,2024-02-30", "time not readable", ["at: given '2024-02-30'"]),
    ("ratings", "c2,A2,5,1717156800000", "time not readable", ["'1717156800000'", "milliseconds"]),
    ("ratings", "c2,A1,1,1", "duplicate rating", ["'c2'", "'A1'", "came before"]),
    ("ratings", "c2,A2,5", "missing fields", ["given 3", "accepted: 4", "customer, sku, stars, at"]),
    ("ratings", "c2,A2,5,1,1", "too many fields", ["given 5", "accepted: 4"]),
    ("ratings", '"c2" x,A2,5,1', "malformed row", ["double quotes"]),
    ("items", "A1,again,,,,", "duplicate item", ["sku: given 'A1'", "came before"]),
    ("items", ",none,,,,", "missing sku", ["sku: given nothing"]),
    ("items", "A4", "missing fields", ["given 1", "accepted: 6"]),
    ("users", "c1,FR,9", "duplicate user", ["customer: given 'c1'", "came before"]),
    ("users", " ,FR,9", "missing customer", ["customer: given nothing"]),
    ("events", "c1,A1,purchase,5", "unknown event", ["what: given 'purchase'", "view, cart, buy, look", "weights"]),
    ("events", "c1,A1,viev,5", "unknown event", ["what: given 'viev'", "Did you mean 'view'?"]),
    ("events", "c1,A1,,5", "unknown event", ["what: given nothing", "view, cart, buy, look"]),
    ("counts", "c1,A1,many", "count not a number", ["n: given 'many'", "a number"]),
    ("counts", "c1,A1,-1", "count out of range", ["n: given '-1'", "a number from 0 to 1e+30"]),
    ("counts", "c1,A1,1e39", "count out of range", ["n: given '1e39'", "a number from 0 to 1e+30"]),
]
TEXTS = {"ratings": RATINGS, "items": ITEMS, "users": USERS, "events": EVENTS, "counts": "customer,sku,n\nc2,A1,3\n"}


def declared(tables, table, text, **more):
    if table in ("events", "counts"):
        settings = IMPLICIT if table == "events" else {"user": "customer", "item": "sku", "count": "n"}
        return tables.declared(interactions={"path": tables.write(f"{table}.csv", text), **settings}, **more)
    return tables.ratings(**{table: text}, **more)


@pytest.mark.parametrize(("table", "row", "reason", "facts"), ROWS)
def test_strict_reading_stops_at_the_row(tables, must_say, table, row, reason, facts):
    text = TEXTS[table] + row + "\n"
    with pytest.raises(DatasetError) as caught:
        read_dataset(declared(tables, table, text))
    message = str(caught.value)
    assert message.startswith(f"{tables.folder / table}.csv:{text.count(chr(10))}: ")
    must_say(message, *facts, "ix the row, or ")
    assert len(message) < len(str(tables.folder)) * 2 + 400


@pytest.mark.parametrize(("table", "row", "reason", "facts"), ROWS)
def test_lenient_reading_skips_and_counts(tables, table, row, reason, facts):
    good = read_dataset(declared(tables, table, TEXTS[table]))
    text = TEXTS[table] + f"{row}\n{row}\n"
    dataset = read_dataset(declared(tables, table, text, strict=False, max_bad_share=0.7))
    assert dataset.bad_rows == {f"{table}.csv: {reason}": 2}
    for name in ("users", "items"):
        assert getattr(dataset, name).equals(getattr(good, name))
    assert same(dataset.interactions, good.interactions)


def test_the_row_is_the_line_of_the_file(tables):
    items = 'sku,name,price,stock,tags,size\n\nA1,"two\nlines",,,,\n\n"A\r\n2",x,,,,\nA1,again,,,,\n'
    assert ":8: sku: given 'A1', which came before" in tables.refused(items=items)


def test_an_unclosed_quote_takes_lines_that_are_all_counted(tables, must_say):
    text = RATINGS + 'c2,"A3,5,1\n' + "c2,A2,5,1\n" * 3
    message = tables.refused(text, strict=False, max_bad_share=0.3)
    must_say(message, "4 of 7 rows are bad", "malformed row (first in row 5)")


def test_a_malformed_row_in_the_middle_takes_no_other_with_it(tables):
    header, first, *others = RATINGS.splitlines()
    text = "\n".join([header, first, '"c2" x,A3,5,1', *others])
    dataset = tables.read(text, strict=False, max_bad_share=0.5)
    assert (len(dataset.interactions), dataset.bad_rows.total()) == (3, 1)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b"", ["ratings.csv is empty"]),
        (b"\n\n", ["ratings.csv is empty"]),
        (b"\xef\xbb\xbf", ["ratings.csv is empty"]),
        (b"customer,sku,stars,at\n", ["ratings.csv is empty"]),
        (b"customer,sku,stars,at\nc1,A\xe9,5,1\n", ["ratings.csv:2", "not UTF-8", "dataset.encoding: latin-1"]),
        (RATINGS.encode("utf-16"), ["ratings.csv:1", "not UTF-8"]),
        (RATINGS.encode("utf-16-le"), ["ratings.csv:1", "UTF-16"]),
        (RATINGS.replace("stars", "Stars").encode(), ["interactions.rating", "'stars'", "Did you mean 'Stars'?"]),
        (RATINGS.replace("at", "x").encode(), ["interactions.time", "'at'", "'customer', 'sku', 'stars', 'x'"]),
        (RATINGS.replace(",", ";").encode(), ["interactions.user", "semicolons"]),
        (RATINGS.replace("at", "sku").encode(), ["ratings.csv:1", "'sku' is there twice"]),
        (b'"customer\n', ["ratings.csv:1", "names of the columns"]),
    ],
)
@pytest.mark.parametrize("strict", [True, False])
def test_files_that_are_no_table(tables, must_say, content, facts, strict):
    tables.ratings()
    section = {"interactions": {"path": tables.write("ratings.csv", content), **EXPLICIT}, "strict": strict}
    with pytest.raises(DatasetError) as caught:
        read_dataset(tables.declared(**section))
    must_say(str(caught.value), *facts)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("", ["r.jsonl is empty"]),
        ('{"customer": 1\n', ["r.jsonl:1", "a JSON object"]),
        ('{"customer": "\\ud800"}\n', ["r.jsonl:1", "a JSON object"]),
        ("[1]\n", ["r.jsonl:1", "given '[1]", "a JSON object"]),
        ("[" * 100_000 + "\n", ["r.jsonl:1", "a JSON object"]),
        ('{"customer": 1, "sku": 2}\n', ["interactions.rating", "'stars'", "'customer', 'sku'"]),
        ('{"customer": 1, "sku": 2, "stars": 5, "at": [1, 2]}\n', ["at: given [1, 2]", "seconds since 1970"]),
        ('{"customer": 1, "sku": 2, "stars": 5, "at": null}\n', ["at: given None", "seconds since 1970"]),
        ('{"customer": 1, "sku": 2, "stars": [5], "at": 1}\n', ["stars: given '[5]'", "a number"]),
        ('{"customer": [1], "sku": 2, "stars": 5, "at": 1}\n', ["customer: given a list", "whole numbers or texts"]),
        ('{"customer": true, "sku": 2, "stars": 5, "at": 1}\n', ["customer: given a bool", "whole numbers or texts"]),
        (
            '{"customer": 1, "sku": 2, "stars": 5, "at": 1}\n{"customer": true, "sku": 2, "stars": 5, "at": 1}\n',
            ["customer: given a bool", "whole numbers or texts"],
        ),
    ],
)
def test_invalid_json_lines(tables, must_say, text, facts):
    with pytest.raises(DatasetError) as caught:
        read_dataset(tables.declared(interactions={"path": tables.write("r.jsonl", text), **EXPLICIT}))
    must_say(str(caught.value), *facts)


@pytest.mark.parametrize(
    ("settings", "facts"),
    [
        ({"title": "nmae"}, ["dataset.items.title: given 'nmae'", "Did you mean 'name'?", "'sku', 'name', 'price'"]),
        ({"show": ["brand", "price"]}, ["dataset.items.show[0]: given 'brand'", "'sku', 'name', 'price'"]),
        ({"filter": ["tgas"]}, ["dataset.items.filter[0]: given 'tgas'", "Did you mean 'tags'?"]),
        ({"lists": {"genres": "|"}}, ["dataset.items.lists.genres: given 'genres'"]),
        ({"id": "SKU"}, ["dataset.items.id: given 'SKU'", "Did you mean 'sku'?"]),
    ],
)
def test_declared_columns_that_are_not_there(tables, must_say, settings, facts):
    section = {"items": {"path": tables.write("items.csv", ITEMS)} | settings}
    with pytest.raises(DatasetError) as caught:
        read_dataset(tables.declared(interactions={"path": tables.write("r.csv", RATINGS), **EXPLICIT}, **section))
    must_say(str(caught.value), "items.csv", *facts)


def test_all_missing_columns_of_a_table_are_reported_at_once(tables, must_say):
    section = {"items": {"path": tables.write("items.csv", ITEMS), "id": "SKU", "title": "x", "show": ["y", "price"]}}
    with pytest.raises(DeclarationError) as caught:
        read_dataset(tables.declared(interactions={"path": tables.write("r.csv", RATINGS), **EXPLICIT}, **section))
    message = str(caught.value)
    must_say(message, "items.csv:\n- ", *(f"\n- dataset.items.{key}: given" for key in ("id", "title", "show[0]")))
    assert message.count("Accepted: 'sku', 'name'") == 1
    assert message.count("given") == 3


@pytest.mark.parametrize(
    ("items", "setting"),
    [({"title": "name"}, "title"), ({"filter": ["x"]}, "filter[0]"), ({"lists": {"x": ","}}, "lists.x")],
)
def test_columns_of_no_table(tables, must_say, items, setting):
    section = {"interactions": {"path": tables.write("r.csv", RATINGS), **EXPLICIT}}
    with pytest.raises(DatasetError) as caught:
        read_dataset(tables.declared(items=items, **section))
    must_say(str(caught.value), f"dataset.items.{setting}", "dataset.items.path")


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("rating.csv", ["rating.csv does not exist", "Did you mean 'ratings.csv'?", "dataset.interactions.path"]),
        ("no/ratings.csv", ["does not exist", "dataset.path"]),
        ("x" * 300 + ".csv", ["xxx.csv does not exist", "dataset.interactions.path"]),
        ("~nobody-of-this-name/r.csv", ["~nobody-of-this-name/r.csv does not exist", "dataset.interactions.path"]),
        ("ratings.xlsx", ["'.xlsx'", ".csv, .tsv, .jsonl, .ndjson, .json, .parquet", ".gz"]),
        ("ratings", ["without a suffix", ".csv"]),
        ("ratings.gz", ["without a suffix", ".csv"]),
    ],
)
@pytest.mark.parametrize("do", [ensure_dataset, check_dataset, read_dataset])
def test_files_that_are_not_there(tables, must_say, do, path, facts):
    tables.ratings()
    with pytest.raises(DatasetError) as caught:
        do(tables.declared(interactions={"path": path, **EXPLICIT}))
    must_say(str(caught.value), *facts)


def test_no_interactions_at_all(tables, must_say):
    section = {"items": {"path": tables.write("items.csv", ITEMS)}, "interactions": {"user": "customer", "item": "sku"}}
    with pytest.raises(DatasetError) as caught:
        ensure_dataset(tables.declared(**section))
    must_say(str(caught.value), "dataset.interactions.path: missing", "tables=")


def test_a_folder_in_the_place_of_a_file(tables):
    (tables.folder / "r.csv").mkdir()
    with pytest.raises(DatasetError, match=r"r\.csv is a folder"):
        read_dataset(tables.declared(interactions={"path": "r.csv", **EXPLICIT}))


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz"])
@pytest.mark.parametrize(
    "content", [b"", b"no archive", gzip.compress(RATINGS.encode())[:-9]], ids=["empty", "no archive", "cut"]
)
def test_damaged_archives(tables, suffix, content):
    declared = tables.declared(interactions={"path": tables.write(f"r.csv{suffix}", content), **EXPLICIT})
    with pytest.raises(DatasetError, match=r"r\.csv\.(gz|bz2|xz) (cannot be (read|decompressed)|is empty)"):
        read_dataset(declared)


def test_events_that_all_weigh_nothing(tables):
    section = {"interactions": {"path": tables.write("e.csv", "customer,sku,what,at\nc,A,look,1\n"), **IMPLICIT}}
    with pytest.raises(DatasetError, match="weight 0"):
        read_dataset(tables.declared(**section))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_the_encoding_is_the_declared_one(tables, encoding):
    content = RATINGS.replace("A2", "Café").encode(encoding)
    section = {"interactions": {"path": tables.write("r.csv", content), **EXPLICIT}, "encoding": encoding}
    assert "Café" in read_dataset(tables.declared(**section)).item_ids
