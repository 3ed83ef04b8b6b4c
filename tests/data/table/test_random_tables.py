"""Random cells come back as they were written; random bytes give a dataset or our error."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.data.table.conftest import EVENTS, EXPLICIT, IMPLICIT, ITEMS, RATINGS, USERS
from tests.declarations import schema
from towhee_recsys.data import Dataset, interactions_frame, read_dataset, records
from towhee_recsys.errors import DatasetError

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["NA", "null", "nan", "007", "+1", "1e5", "12", "-3", "0.5", ".5", "true", "FALSE", "a|b", 'say "x"', "a,b", "\n"]
)
NUMBERS, FRACTIONS = st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
IDS = st.lists(TEXTS.filter(lambda text: text.strip()), min_size=1, max_size=8, unique=True)


def written(folder: str, header: list[str], rows: list[list[str]]) -> str:
    content = io.StringIO(newline="")
    csv.writer(content).writerows([header, *rows])
    Path(folder, "items.csv").write_bytes(content.getvalue().encode())
    return "items.csv"


def read_items_of(folder: str, ids: list[str], **items: object) -> Dataset:
    orders = pd.DataFrame({"user": ["u"], "item": [ids[0]]})
    return read_dataset(
        schema(name="x", path=folder, strict=True, items={"id": "id", **items},
               interactions={"user": "user", "item": "item"}, tables={"interactions": orders})
    )  # fmt: skip


@settings(deadline=None)
@given(IDS, st.data())
@example(["1", "02"], None)
def test_ids_and_titles_come_back_as_they_were_written(ids, data):
    titles = [data.draw(TEXTS) if data else "x" for _ in ids]
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, ["id", "title"], [list(row) for row in zip(ids, titles, strict=True)])
        dataset = read_items_of(folder, ids, path=path, title="title")
    assert [str(each) for each in dataset.item_ids] == ids
    assert dataset.items["title"].tolist() == [title if title.strip() else None for title in titles]


@settings(deadline=None)
@given(st.one_of(st.lists(st.none() | kind, min_size=1) for kind in (NUMBERS, FRACTIONS, st.booleans())))
def test_numbers_and_truth_values_come_back(values):
    ids = [f"i{number}" for number in range(len(values))]
    cells = ["" if value is None else str(value) for value in values]
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, ["id", "x"], [list(row) for row in zip(ids, cells, strict=True)])
        dataset = read_items_of(folder, ids, path=path, show=["x"])
    assert [record["x"] for record in records(dataset.items)] == values
    if any(value is not None for value in values):
        kind = "boolean" if any(isinstance(value, bool) for value in values) else "number"
        assert dataset.item_types["x"] == kind


@settings(deadline=None)
@given(st.lists(st.lists(st.text("abc ,;", min_size=1).map(str.strip).filter(bool), max_size=4), min_size=1))
def test_lists_come_back(values):
    ids = [f"i{number}" for number in range(len(values))]
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, ["id", "x"], [[each, "|".join(tags)] for each, tags in zip(ids, values, strict=True)])
        assert read_items_of(folder, ids, path=path, lists={"x": "|"}).items["x"].tolist() == values
        lines = [json.dumps({"id": each, "x": tags}) + "\n" for each, tags in zip(ids, values, strict=True)]
        Path(folder, "items.jsonl").write_text("".join(lines))
        assert read_items_of(folder, ids, path="items.jsonl", lists={"x": "|"}).items["x"].tolist() == values


GOOD = {"items.csv": ITEMS, "users.csv": USERS, "ratings.csv": RATINGS, "events.csv": EVENTS}
WORDS = (
    'c1 c2 A1 A2 9999999999999999999 -1 0 4.5 nan 1e400 2024-01-01 view buy , " \t | \xe9 \ufeff \x85 { [1] {"sku":1}'
)
PIECES = st.sampled_from([*(word.encode() for word in WORDS.split(" ")), b"\n", b"\r\n", b"\r", b"\xff", b"\0", b","])
CONTENT = st.lists(PIECES, max_size=30).map(b"".join) | st.binary(max_size=200)
MANNERS = [{"strict": True}, {"strict": False, "max_bad_share": 1.0}, {"strict": True, "encoding": "latin-1"}]


def dataset(files: dict[str, bytes], events: bool, **manner: object) -> Dataset | None:
    with tempfile.TemporaryDirectory() as folder, suppress(DatasetError):
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        names = {name.split(".")[0]: name for name in files}
        interactions = IMPLICIT if events else EXPLICIT
        return read_dataset(
            schema(
                name="x",
                path=folder,
                items={"path": names["items"], "id": "sku"},
                users={"path": names["users"], "id": "customer"},
                interactions={"path": names["events" if events else "ratings"], **interactions},
                **manner,
            )
        )
    return None


def must_be_whole(read: Dataset | None) -> None:
    if read is not None:
        table = interactions_frame(read)
        assert table["user"].isin(read.users["customer"]).all()
        assert table["item"].isin(read.items["sku"]).all()
        assert table["value"].between(0.25, 5).all()
        assert read.items["sku"].is_unique
        assert read.users["customer"].is_unique
        assert set(read.item_types) == set(read.items)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(GOOD)), CONTENT, st.booleans(), st.sampled_from(MANNERS))
def test_any_bytes_in_a_csv_file(name, content, after_good_lines, manner):
    files = {each: text.encode() for each, text in GOOD.items()}
    files[name] = files[name] * after_good_lines + content
    events = name == "events.csv"
    read = dataset(files, events, **manner)
    if not events:  # events are added up, beyond any scale
        must_be_whole(read)


@settings(deadline=None, max_examples=100)
@given(CONTENT, st.sampled_from([".jsonl", ".tsv", ".parquet", ".csv.gz", ".csv.xz", ".csv.bz2", ".csv.zst"]))
@example(gzip.compress(RATINGS.encode()), ".csv.gz")
def test_any_bytes_in_a_file_of_another_format(content, suffix):
    files = {each: text.encode() for each, text in GOOD.items() if each != "ratings.csv"}
    must_be_whole(dataset({**files, f"ratings{suffix}": content}, False, strict=False, max_bad_share=1.0))
