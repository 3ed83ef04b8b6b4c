"""What read_movielens takes and gives."""

from __future__ import annotations

import pytest

from towhee_recsys.data.sample import SAMPLE_DIR
from towhee_recsys.errors import DatasetError
from towhee_recsys.operators import ReadMovielens


@pytest.mark.parametrize(("size", "chunks"), [(1000, [326]), (326, [326]), (100, [100, 100, 100, 26]), (1, [1] * 326)])
def test_items_are_read_in_chunks(size, chunks):
    read = list(ReadMovielens(chunk_size=size)(str(SAMPLE_DIR)))
    assert [len(chunk) for chunk in read] == chunks
    items = [item for chunk in read for item in chunk]
    assert items[1] == {"movie_id": 5002, "title": "City Lights", "year": 1931, "genres": ["Comedy", "Romance"]}
    assert [item["movie_id"] for item in items] == list(range(5001, 5327))
    assert items == [each for chunk in ReadMovielens()(str(SAMPLE_DIR / "movies.dat")) for each in chunk]


def test_how_strict_it_reads(tmp_path):
    (tmp_path / "movies.dat").write_bytes(b"1::A (1999)::Drama\nbad\n2::\xc3\xa9 (2000)::Drama\n")
    with pytest.raises(DatasetError, match=r"movies\.dat:2"):
        list(ReadMovielens()(str(tmp_path)))
    read = ReadMovielens(strict=False, max_bad_share=0.5, encoding="utf-8")
    assert [[item["title"] for item in chunk] for chunk in read(str(tmp_path))] == [["A", "é"]]
    with pytest.raises(DatasetError):
        list(ReadMovielens(strict=False, max_bad_share=0.1)(str(tmp_path)))
