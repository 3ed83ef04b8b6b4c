"""The map of a build: where its items are, on every keyed store."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.bundle import ItemEncoder, item_plane
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.model.projection import PLACE_SCALE, fit_plane
from towhee_recsys.stores.projection import MOST_PLACES, open_projection
from towhee_recsys.stores.vectors import index_of


@pytest.fixture
def projection(url):
    return open_projection(url)


def some_places(count):
    return np.random.default_rng(count).integers(-32_768, 32_767, (count, 2), dtype=np.int16)


@pytest.mark.parametrize("ids", [[3, 1, -(2**63)], ["sku-1", "é🎬", '"'], [*range(2500)], []])
def test_what_was_written_is_read(projection, ids):
    places = some_places(len(ids))
    projection.write(ids, places, "items__a")
    found, read = projection.read("items__a")
    assert found == ids
    assert (read.dtype, read.tolist()) == (np.int16, places.tolist())
    assert projection.exists("items__a")


def test_a_version_is_replaced_as_a_whole_and_can_be_missing(projection):
    projection.write(range(2500), some_places(2500), "items__a")
    projection.write([7], some_places(1), "items__a")
    assert projection.read("items__a")[0] == [7]
    projection.drop("items__a")
    assert not projection.exists("items__a")
    assert [len(each) for each in projection.read("items__a")] == [0, 0]


def test_of_very_many_items_the_same_sample_is_kept(projection):
    many = MOST_PLACES + 50
    places = some_places(many)
    reads = []
    for version in ("items__a", "items__b"):
        projection.write(range(many), places, version)
        reads.append(projection.read(version))
    assert len(reads[0][0]) == MOST_PLACES
    assert reads[0][0] == reads[1][0]
    assert (reads[0][1] == places[reads[0][0]]).all()


@pytest.mark.parametrize("text", ["", "null", "[[1], 5]", '[[1, 2], "AAAA"]', '[[1], "no base64"]'])
def test_items_of_a_broken_row_have_no_place(projection, keyed, caplog, text):
    projection.write(range(1500), some_places(1500), "items__a")
    keyed.spoil("items__a", "0", text, table="projection")
    assert projection.read("items__a")[0] == list(range(1000, 1500))
    assert "broken row '0'" in caplog.text


def test_a_broken_number_of_rows_is_a_map_of_nothing(projection, keyed, caplog):
    projection.write(range(10), some_places(10), "items__a")
    keyed.spoil("items__a", "count", "many", table="projection")
    assert projection.read("items__a")[0] == []
    assert "broken row 'count'" in caplog.text


def test_a_plane_shows_what_differs_most_the_same_way_each_time():
    rng = np.random.default_rng(1)
    vectors = np.zeros((200, 5), np.float32)
    vectors[:, 3], vectors[:, 1] = rng.normal(0, 0.2, 200), rng.normal(0, 0.1, 200)
    plane = fit_plane(vectors)
    assert np.abs(plane.axes).argmax(axis=1).tolist() == [3, 1]
    assert (plane.axes.max(axis=1) > 0.9).all()
    places = plane.places(vectors) / PLACE_SCALE
    assert np.allclose(places[:, 0], vectors[:, 3] - vectors[:, 3].mean(), atol=0.01)
    assert (fit_plane(vectors).places(vectors) == plane.places(vectors)).all()


def test_a_few_long_vectors_have_a_plane_too():
    vectors = np.random.default_rng(2).normal(size=(40, 300)).astype(np.float32)
    few, many = fit_plane(vectors), fit_plane(np.concatenate([vectors] * 8))
    assert np.allclose(few.axes @ few.axes.T, np.eye(2), atol=1e-5)
    assert np.abs(few.places(vectors).astype(int) - many.places(vectors)).max() <= 5


def test_one_item_is_in_the_middle():
    assert fit_plane(np.eye(1, 4, dtype=np.float32)).places(np.eye(1, 4, dtype=np.float32)).tolist() == [[0, 0]]


def test_an_index_has_a_map_of_its_items(indexed_config, sample_bundle):
    build = index_of(indexed_config.milvus).live().build
    ids, places = open_projection(indexed_config.catalogue).read(build)
    assert sorted(ids) == list(range(5001, 5327))
    vectors = np.asarray(normalize(ItemEncoder(sample_bundle)([{"movie_id": key} for key in ids])))
    assert np.abs(places - item_plane(sample_bundle).places(vectors)).max() <= 1
