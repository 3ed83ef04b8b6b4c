"""Synthetic items and vectors: the same by the same seed, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.synthetic import CHUNK, FIRST_ID, STEP, vectors, write_items
from tests.declarations import schema
from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset, read_items


@pytest.fixture(scope="module")
def sample():
    return read_dataset(load_config("sample").dataset).items


def test_items_are_read_as_movielens_are(sample, tmp_path):
    write_items(tmp_path / "movies.dat", CHUNK + 5, sample)
    items = read_items(schema(name="own", path=str(tmp_path)))
    assert items["movie_id"].tolist() == [FIRST_ID + STEP * place for place in range(CHUNK + 5)]
    assert not set(items["movie_id"]) & set(sample["movie_id"])
    words = {word for title in sample["title"] for word in title.split()}
    assert {word for title in items["title"] for word in title.split()} <= words
    assert set(items["year"]) <= set(sample["year"].dropna())
    assert set(map(tuple, items["genres"])) <= set(map(tuple, sample["genres"]))


def test_fewer_items_are_the_first_of_more(sample, tmp_path):
    for count in (10, CHUNK + 1, 2 * CHUNK):
        write_items(tmp_path / f"{count}.dat", count, sample)
    few, more, most = (file.read_bytes() for file in sorted(tmp_path.glob("*.dat"), key=lambda file: int(file.stem)))
    assert more.startswith(few)
    assert most.startswith(more)
    write_items(tmp_path / "other.dat", 10, sample, seed=7)
    assert (tmp_path / "other.dat").read_bytes() != few


def test_vectors_are_of_length_1_and_the_same_by_seed():
    chunks = list(vectors(CHUNK + 5, dim=16))
    assert [chunk.shape for chunk in chunks] == [(CHUNK, 16), (5, 16)]
    assert {chunk.dtype for chunk in chunks} == {np.dtype(np.float32)}
    np.testing.assert_allclose(np.linalg.norm(np.concatenate(chunks), axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(next(vectors(5, dim=16)), chunks[0][:5])
    assert not np.array_equal(next(vectors(5, dim=16, seed=7)), chunks[0][:5])


def test_another_part_lies_in_the_same_clusters():
    """Its nearest neighbours are nearer than those of vectors around other directions."""
    (here,) = vectors(CHUNK)
    near, far = ((next(each) @ here.T).max(axis=1).mean() for each in (vectors(100, part=1), vectors(100, seed=7)))
    assert near > far + 0.03
