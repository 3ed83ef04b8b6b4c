"""Any bytes at all in a data file: its rows, or our error. Never another exception, never a row that is not checked."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.declarations import schema
from towhee_recsys.config.published import PUBLISHED
from towhee_recsys.data import Dataset, interactions_frame, iter_items, read_dataset, read_items
from towhee_recsys.data.sources.published.archive import unpack
from towhee_recsys.errors import DatasetError

GOOD = {
    "movies.dat": b"1::A (1990)::War\n2::B (1991)::War|Drama\n",
    "users.dat": b"1::F::25::12::1\n2::M::1::0::1\n",
    "ratings.dat": b"1::1::5::0\n2::1::4::9\n",
}
WORDS = b":: : 1 2 99999999999999999999 -1 0 F 25 5 nan 1e400 (1990) | War \xff \xc3\xa9 \xef\xbb\xbf \xc2\x85 \0"
PIECES = st.sampled_from([*WORDS.split(), b"A (1990)", b" ", b"\n", b"\r\n", b"\r"])
CONTENT = st.lists(PIECES, max_size=30).map(b"".join) | st.binary(max_size=200)
MANNERS = [{"strict": True}, {"max_bad_share": 1.0}, {"strict": True, "encoding": "utf-8"}]


def dataset(files: dict[str, bytes], manner: dict) -> Dataset | None:
    with tempfile.TemporaryDirectory() as folder, suppress(DatasetError):
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        return read_dataset(schema(name="own", path=folder, **manner))
    return None


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(GOOD)), CONTENT, st.booleans(), st.sampled_from(MANNERS))
@example("movies.dat", b"", False, MANNERS[0])
def test_a_dataset_with_any_bytes_in_one_of_its_files(name, content, after_good_lines, manner):
    read = dataset(GOOD | {name: GOOD[name] * after_good_lines + content}, manner)
    if read is not None:
        table = interactions_frame(read)
        assert table["user"].isin(read.users["user_id"]).all()
        assert table["item"].isin(read.items["movie_id"]).all()
        assert table["value"].between(1, 5).all()
        assert read.items["movie_id"].is_unique
        assert read.items["title"].str.strip().ne("").all()


@settings(deadline=None, max_examples=200)
@given(CONTENT, st.booleans(), st.sampled_from([True, False]))
def test_movies_to_be_added_with_any_bytes(content, after_good_lines, strict):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "movies_new.dat")
        file.write_bytes(GOOD["movies.dat"] * after_good_lines + content)
        with suppress(DatasetError):
            declared = schema(format="movielens", strict=strict)
            movies = read_items(declared, str(file))
            chunks = list(iter_items(declared, str(file), 3))
            assert sum(map(len, chunks)) == len(movies) > 0


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=300) | st.binary(max_size=100).map(b"PK\x03\x04".__add__))
def test_an_archive_of_any_bytes(content):
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "ml-1m.zip")
        archive.write_bytes(content)
        with pytest.raises(DatasetError, match=r"is not unpacked: .*; delete it and try again"):
            unpack(archive, Path(folder, "out"), PUBLISHED["ml-1m"])
