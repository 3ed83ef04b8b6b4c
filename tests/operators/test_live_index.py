"""Which index vectors belong into."""

from __future__ import annotations

import numpy as np
import pytest

from tests.vectors import embeddings
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.model.embeddings import ModelRef
from towhee_recsys.operators import LiveIndex
from towhee_recsys.stores.vectors import index_of


@pytest.fixture
def live_index(indexed_config):
    return LiveIndex(indexed_config.milvus.uri, indexed_config.milvus.collection)


def vectors(dim=32, model=None, rows=3):
    return embeddings(np.ones((rows, dim)), ModelRef(model) if model else None)


def test_one_vector_and_a_list_get_a_receipt_of_the_live_build_with_no_rows(live_index, indexed_config, sample_bundle):
    record = index_of(indexed_config.milvus).live()
    several = vectors(model=sample_bundle.model_id)
    for receipt in (live_index(several), live_index(several[0]), live_index(vectors(rows=0))):
        assert (receipt.build, receipt.model_id, receipt.dim) == (record.build, record.model_id, record.dim)
        assert (receipt.rows, receipt.items) == (0, None)


def test_the_receipt_has_the_items_schema_of_the_vectors(live_index, sample_bundle):
    schema = ItemSchema("movie_id", facts={"title": "text"})
    receipt = live_index(embeddings(np.ones((3, 32)), ModelRef(sample_bundle.model_id, items=schema)))
    assert receipt.items is schema


def test_vectors_that_do_not_belong_there(live_index, sample_bundle):
    with pytest.raises(IndexMismatchError, match=f"is of model {sample_bundle.model_id}, but model {'a' * 16} was"):
        live_index(vectors(model="a" * 16))
    with pytest.raises(IndexMismatchError, match="has vectors of 32 numbers, but 8 were given"):
        live_index(vectors(dim=8))
    with pytest.raises(QueryError, match="of one model are accepted"):
        live_index("no vectors")


def test_no_index(indexed_config):
    with pytest.raises(IndexMismatchError, match="collection 'others' holds no index yet"):
        LiveIndex(indexed_config.milvus.uri, "others")(vectors())
