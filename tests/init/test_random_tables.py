"""Whatever the tables are: a config that loads and whose data are read, or an error of ours."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from towhee_recsys import load_config
from towhee_recsys.data import read_dataset, records
from towhee_recsys.errors import RecsysError
from towhee_recsys.features import FeatureEncoder
from towhee_recsys.init import Wanted, create_config

NAMES = ["user_id", "item_id", "rating", "timestamp", "event", "count", "title", "tags", "price", "", "é", "=1+1", "😀"]
NAMES += ["a b", "${top_k}", "score", "liked", "include_seen", "rank", "x" * 300, "year", "id", 'say "x"', "\u2028"]
CELLS = [
    "",
    " ",
    "NaN",
    "nan",
    "NA",
    "None",
    "=1+1",
    "😀",
    "é",
    "a|b",
    "a, b",
    'x"y',
    "1e400",
    "-1",
    "0",
    "1",
    "5",
    "4.5",
]
CELLS += ["9999999999999999999", "007", "2024-01-01", "2024-05-31T18:30:00Z", "1588687728923", "true", "view", "buy"]
CELLS += [
    "http://x.y/z.png",
    "Lamp (1995)",
    "a long text of many words that says nothing",
    "\u202e",
    "$" + "{x}",
    "[1, 2]",
]
COLUMNS = st.one_of(
    st.integers(0, 5).map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(str),
    st.sampled_from(["view", "cart", "buy", "skip"]),
    st.sampled_from(CELLS),
    st.text(max_size=8),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """Names of columns, and rows of cells."""
    width, length = draw(st.integers(1, 6)), draw(st.sampled_from([0, 1, 2, 7, 30]))
    kinds = [draw(st.sampled_from(["few", "any", "row", "group"])) for _ in range(width)]
    few = [draw(st.lists(COLUMNS, min_size=1, max_size=4)) for _ in range(width)]
    rows = [
        [
            {"few": few[at][row % len(few[at])], "row": f"r{row}", "group": str(row // 3)}.get(kinds[at])
            or draw(st.sampled_from(CELLS))
            for at in range(width)
        ]
        for row in range(length)
    ]
    return [draw(st.sampled_from(NAMES)) for _ in range(width)], rows


def content(table: tuple[list[str], list[list[str]]], form: str, separator: str, encoding: str) -> bytes:
    names, rows = table
    if form == "jsonl":
        lines = [json.dumps(dict(zip(names, map(_value, row), strict=True))) for row in rows]
        return "".join(f"{line}\n" for line in lines).encode(encoding, "replace")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([names, *rows] if form == "header" else rows)
    return text.getvalue().encode(encoding, "replace")


def _value(cell: str) -> object:
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def must_give_a_config_or_an_error(files: dict[str, tuple[str, bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for name, (suffix, written) in files.items():
            paths[name] = Path(folder, f"{name}{suffix}")
            paths[name].write_bytes(written)
        output = Path(folder, "config.yaml")
        created = None
        with suppress(RecsysError):
            created = create_config(Wanted(paths.pop("interactions"), output=output, **paths))
        assert output.exists() == (created is not None)
        if created is None:
            return
        config = load_config(output)
        assert config == created.config
        dataset = read_dataset(config.dataset)
        assert len(dataset.interactions) == created.verdict.counts["interactions"] > 0
        for features, table in ((config.features.user, dataset.users), (config.features.item, dataset.items)):
            FeatureEncoder.fit(features, table, set()).encode(records(table))
        json.dumps(created.verdict.to_json(), allow_nan=False)


FORMS = st.sampled_from(["header", "header", "none", "jsonl"])
SUFFIXES = {"header": ".csv", "none": ".csv", "jsonl": ".jsonl"}
ENCODINGS = st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "latin-1", "utf-16"])
SEPARATORS = st.sampled_from([",", ",", "\t", ";", "|"])
LIMITS = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@LIMITS
@given(tables(), FORMS, SEPARATORS, ENCODINGS)
@example((["user_id", "item_id", "rating"], [["1", "2", "3"]]), "header", ",", "utf-8")
def test_one_table(table, form, separator, encoding):
    must_give_a_config_or_an_error({"interactions": (SUFFIXES[form], content(table, form, separator, encoding))})


@st.composite
def linked(draw: st.DrawFn) -> dict[str, tuple[str, bytes]]:
    """Interactions whose ids are those of random tables of users and items."""
    length = draw(st.integers(1, 40))
    rows = [[f"u{row % 7}", str(row % 5), *(draw(st.sampled_from(CELLS)) for _ in range(2))] for row in range(length)]
    names = ["user_id", "item_id", *draw(st.permutations(["rating", "event", "timestamp", "x"]))[:2]]
    files = {"interactions": (".csv", content((names, rows), "header", ",", "utf-8"))}
    for name, ids in (("users", [f"u{row}" for row in range(7)]), ("items", [str(row) for row in range(5)])):
        if draw(st.booleans()):
            (others, cells), form = draw(tables()), draw(FORMS)
            cells = [[key, *draw(st.permutations(cells or [others]))[0]] for key in ids]
            table = ([f"{name[:-1]}_id", *others], cells)
            files[name] = (SUFFIXES[form], content(table, form, ",", draw(ENCODINGS)))
    return files


@LIMITS
@given(linked())
def test_tables_that_join(files):
    must_give_a_config_or_an_error(files)


PIECES = st.sampled_from(
    [b"user_id,item_id\n", b"1,2\n", b"a\tb\n", b'"', b"\0", b"\xff", b"\r", b"{", b"[]", b"\n", b"::"]
)


@LIMITS
@given(
    st.lists(PIECES, max_size=20).map(b"".join) | st.binary(max_size=100), st.sampled_from([".csv", ".jsonl", ".dat"])
)
def test_any_bytes(written, suffix):
    must_give_a_config_or_an_error({"interactions": (suffix, written)})
