"""A table that is read in parts gives what it gives as a whole, and so does a regular one that is read quickly."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.table.conftest import EVENTS, EXPLICIT, IMPLICIT, RATINGS
from tests.data.table.test_random_tables import CONTENT
from tests.declarations import schema
from tests.interactions import same
from towhee_recsys.data.sources.table.interactions import LoadedInteractions, _read, read_interactions
from towhee_recsys.data.sources.table.load import load_parts, load_regular_parts
from towhee_recsys.data.sources.table.regular import NotRegularError
from towhee_recsys.errors import DatasetError

HEADER, *ROWS = RATINGS.splitlines()
MANY = [f"c{row % 7},{row % 5:02d},{row % 9 / 2 + 0.5},{row}" for row in range(35)]
PARTS = [1, 2, 3, 1000]


def equal(one: LoadedInteractions, other: LoadedInteractions) -> bool:
    ids = [(one.users, other.users), (one.items, other.items)]
    return (
        same(one.interactions, other.interactions)
        and all(a.ids.dtype == b.ids.dtype and a.ids.tolist() == b.ids.tolist() for a, b in ids)
        and one.bad.counts == other.bad.counts
    )


def frame_of(lines: list[str]) -> pd.DataFrame:
    rows = [line.split(",") for line in lines]
    return pd.DataFrame(rows, columns=HEADER.split(",")).astype({"stars": float, "at": int})


def write_as(folder: Path, suffix: str) -> str:
    """MANY as a file of this format."""
    frame, path = frame_of(MANY), folder / f"r{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(path)
    elif suffix == ".jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in frame.to_dict("records")))
    else:
        separator = {".tsv": "\t", ".dat": "::"}.get(suffix, ",")
        path.write_text("".join(line.replace(",", separator) + "\n" for line in [HEADER, *MANY]))
    return path.name


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".dat", ".jsonl", ".parquet"])
def test_parts_of_every_format(tables, suffix, part):
    layout = {"separator": "::"} if suffix == ".dat" else {}
    name = write_as(tables.folder, suffix)
    found = read_interactions(tables.declared(interactions={"path": name, **layout, **EXPLICIT}), None, None, part)
    assert [found.users.ids[row] for row in found.interactions.users] == [f"c{row % 7}" for row in range(35)]
    assert [found.items.ids[row] for row in found.interactions.items] == [f"{row % 5:02d}" for row in range(35)]
    assert found.interactions.values.tolist() == [row % 9 / 2 + 0.5 for row in range(35)]
    assert found.interactions.times.tolist() == list(range(35))
    assert found.users.ids.tolist() == [f"c{number}" for number in range(7)]


@pytest.mark.parametrize("part", PARTS)
def test_parts_of_a_data_frame(part):
    declared = schema(name="x", interactions=EXPLICIT, strict=True, tables={"interactions": frame_of(MANY)})
    assert read_interactions(declared, None, None, part).interactions.times.tolist() == list(range(35))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("text", [EVENTS, EVENTS + EVENTS.partition("\n")[2], EVENTS + "c1,A1,look,7\n"])
def test_events_are_added_up_over_parts(tables, text, part):
    declared = tables.declared(interactions={"path": tables.write("e.csv", text), **IMPLICIT})
    assert equal(read_interactions(declared, None, None, part), read_interactions(declared, None, None))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("ids", "kept"),
    [
        (["10", "9", "x", "9"], ["10", "9", "x"]),
        (["10", "9", "9", "10"], [9, 10]),
        (["10", "9", "09", "10"], ["09", "10", "9"]),
        (["-1", "9223372036854775807", "9", "8"], [-1, 8, 9, 2**63 - 1]),
        (["-1", "9223372036854775808", "9", "8"], ["-1", "8", "9", "9223372036854775808"]),
        (["1", "2", "é", "€"], ["1", "2", "é", "€"]),
    ],
)
def test_the_kind_of_ids_is_that_of_all_parts(tables, ids, kept, part):
    text = HEADER + "\n" + "".join(f"c{row},{each},5,1\n" for row, each in enumerate(ids))
    found = read_interactions(tables.ratings(text, items=None, users=None), None, None, part)
    assert found.items.ids.tolist() == kept
    assert [str(found.items.ids[row]) for row in found.interactions.items] == ids


BAD = {
    "too long": "c1,A9,5,1,1",
    "too short": "c1",
    "a quote": '"c1" x,A9,5,1',
    "no number": "c1,A9,x,1",
    "no id": ",A9,5,1",
    "no time": "c1,A9,5,noon",
    "duplicate": MANY[3],
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("row", BAD.values(), ids=BAD.keys())
def test_a_bad_row_of_a_later_part(tables, row, part):
    text = "\n".join([HEADER, *MANY[:20], "", row, *MANY[20:]]) + "\n"
    strict = tables.ratings(text, items=None, users=None)
    with pytest.raises(DatasetError, match=r"ratings\.csv:23: "):
        read_interactions(strict, None, None, part)
    lenient = tables.ratings(text, items=None, users=None, strict=False, max_bad_share=0.1)
    found = read_interactions(lenient, None, None, part)
    assert found.bad.counts.total() == 1
    assert found.interactions.times.tolist() == list(range(35))


@pytest.mark.parametrize("part", PARTS)
def test_too_many_bad_rows_of_all_parts(tables, must_say, part):
    text = "\n".join([HEADER, *(f"c{row},A1,9,1\nc{row},A1,5,1" for row in range(4)), "c9"]) + "\n"
    with pytest.raises(DatasetError) as caught:
        read_interactions(tables.ratings(text, None, None, strict=False, max_bad_share=0.5), None, None, part)
    must_say(str(caught.value), "5 of 9 rows are bad", "4 x rating out of scale (first in row 2)", "first in row 10")


@pytest.mark.parametrize("part", PARTS)
def test_columns_that_only_later_json_lines_have(tables, must_say, part):
    lines = '{"customer": 1, "sku": 2}\n' * 5 + '{"customer": 1, "sku": 2, "stars": 5, "at": 1}\n'
    declared = tables.declared(interactions={"path": tables.write("r.jsonl", lines), **EXPLICIT})
    with pytest.raises(DatasetError) as caught:
        read_interactions(declared, None, None, part)
    must_say(str(caught.value), "r.jsonl:1", "stars: given nothing")


def test_columns_that_are_left_out_are_checked_too(tables, must_say):
    content = b"customer,sku,stars,at,more\nc1,A1,5,1,caf\xe9\n"
    declared = tables.declared(interactions={"path": tables.write("r.csv", content), **EXPLICIT})
    with pytest.raises(DatasetError) as caught:
        read_interactions(declared, None, None)
    must_say(str(caught.value), "r.csv:2", "not UTF-8")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("change", ["", "a last line without its end", "\\r\\n", "blank lines", "BOM", ".gz", ".zst"])
@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".dat"])
def test_regular_files_are_read_quickly(tables, suffix, change, part):
    content = (tables.folder / write_as(tables.folder, suffix)).read_bytes()
    ending = change if change.startswith(".") else ""
    changed = {
        "a last line without its end": content.rstrip(b"\n"),
        "\\r\\n": content.replace(b"\n", b"\r\n"),
        "blank lines": b"\n" + content.replace(b"\n", b"\n\n"),
        "BOM": b"\xef\xbb\xbf" + content,
        ".gz": gzip.compress(content),
        ".zst": pa.compress(content, "zstd", asbytes=True),
    }.get(change, content)
    layout = {"separator": "::"} if suffix == ".dat" else {}
    declared = tables.declared(interactions={"path": tables.write(f"r{suffix}{ending}", changed), **layout, **EXPLICIT})
    quick = _read(declared, None, None, part, load_regular_parts)
    assert len(quick.interactions) == len(MANY)
    assert equal(quick, _read(declared, None, None, part, load_parts))


NAMED = {"columns": HEADER.split(",")}
ODD_STARTS = {
    "a carriage return after the header": (f"{HEADER}\rc1,A1,5,1\nc2,A1,5,2\n", {}),
    "a carriage return before the header": (f"\r{HEADER}\nc1,A1,5,1\nc2,A1,5,2\n", {"quotes": False}),
    "a carriage return in a skipped line": ("a\rc1,A1,5,1\nc2,A1,5,2\n", {**NAMED, "skip_lines": 1}),
    "skipped lines longer than a part": (
        "\n".join([*MANY, "c1,A1,5,1", "c2,A1,5,2", ""]),
        {**NAMED, "skip_lines": len(MANY)},
    ),
    "a byte order mark in Latin-1": ("\ufeffc1,A1,5,1\nc2,A1,5,2\n", {**NAMED, "encoding": "latin-1"}),
}


@pytest.mark.parametrize("part", [1, 1000])
@pytest.mark.parametrize(("text", "settings"), ODD_STARTS.values(), ids=ODD_STARTS.keys())
def test_odd_starts_are_read_as_the_exact_reader_reads_them(tables, text, settings, part):
    layout, name = dict(settings), tables.write("r.csv", text)
    encoding = layout.pop("encoding", "utf-8")
    declared = tables.declared(interactions={"path": name, **layout, **EXPLICIT}, encoding=encoding)
    found = read_interactions(declared, None, None, part)
    assert found.interactions.times.tolist() == [1, 2]
    assert equal(found, _read(declared, None, None, part, load_parts))


def test_a_missing_id_leaves_the_others_whole_numbers(tables):
    lenient = tables.ratings(f"{HEADER}\n1,2,5,1\n,2,5,1\n3, ,5,1\n", None, None, strict=False, max_bad_share=0.7)
    found = read_interactions(lenient, None, None)
    assert (found.users.ids.tolist(), found.items.ids.tolist()) == ([1], [2])


SEPARATORS = [",", "::", "|", "x"]


@settings(deadline=None, max_examples=300)
@given(
    content=CONTENT,
    after_good_lines=st.booleans(),
    encoding=st.sampled_from(["utf-8", "latin-1"]),
    separator=st.sampled_from(SEPARATORS),
    header=st.booleans(),
    part=st.sampled_from([1, 3, 1000]),
)
def test_what_is_read_quickly_is_what_the_exact_reader_reads(
    content, after_good_lines, encoding, separator, header, part
):
    start = ([HEADER] if header else []) + (MANY if after_good_lines else [])
    text = "".join(f"{line}\n" for line in start).encode().replace(b",", separator.encode())
    content = content.replace(b",", separator.encode())
    layout = {"separator": separator, **({} if header else {"columns": HEADER.split(",")})}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "r.csv").write_bytes(text + content)
        declared = schema(
            name="x",
            path=folder,
            interactions={"path": "r.csv", **layout, **EXPLICIT},
            strict=True,
            encoding=encoding,
        )
        try:
            quick = _read(declared, None, None, part, load_regular_parts)
        except (NotRegularError, DatasetError):
            return
        assert equal(quick, _read(declared, None, None, part, load_parts))
