"""The step that makes a list diverse, on vectors in a real index."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from towhee_recsys.errors import IndexMismatchError
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.operators import Diversify
from towhee_recsys.requests.diversity import diverse
from towhee_recsys.stores.vectors import Hit, index_of


def request(top_k: int, offset: int = 0, diversity: float = 0.0) -> Any:
    return SimpleNamespace(top_k=top_k, offset=offset, diversity=diversity)


@pytest.fixture(scope="module")
def index(indexed_config):
    return index_of(indexed_config.milvus)


@pytest.fixture(scope="module")
def diversify(indexed_config):
    return Diversify(indexed_config.milvus.uri, indexed_config.milvus.collection)


@pytest.fixture(scope="module")
def hits(index):
    queries = normalize(np.random.default_rng(0).normal(size=(3, 32)))
    return index.search(queries, 100)


def test_without_a_request_or_without_diversity_the_list_stays_as_it_is(diversify, hits):
    assert diversify(hits[0], None) is hits[0]
    assert diversify(hits, None) is hits
    assert diversify(hits[0], request(5)) is hits[0]
    assert diversify(hits, [None, request(100), request(3)]) is hits
    assert diversify([], request(5, diversity=0.5)) == []


@pytest.mark.parametrize("diversity", [0.4, 1.0])
def test_pages_fit_together(diversify, hits, diversity):
    whole = diversify(hits[0], request(12, diversity=diversity))
    for offset in (0, 4, 8):
        assert diversify(hits[0], request(4, offset, diversity)) == whole[: offset + 4]
    assert len(diversify(hits[0], request(4, 100, diversity))) == 100


def test_a_diverse_list_is_that_of_the_function_and_hits_keep_their_scores(diversify, index, hits):
    found = diversify(hits[1], request(10, diversity=0.6))
    vectors = index.vectors([hit.id for hit in hits[1]], hits[1][0].build)
    rows = diverse([hit.score for hit in hits[1]], np.array([vectors[hit.id] for hit in hits[1]]), 0.6, 10)
    assert found == [hits[1][row] for row in rows] != hits[1][:10]


def test_several_requests_get_what_each_gets_alone(diversify, hits):
    requests = [request(5, diversity=0.3), request(7, 2), request(4, 4, 0.9)]
    assert diversify(hits, requests) == [diversify(*each) for each in zip(hits, requests, strict=True)]


def test_an_item_that_was_deleted_meanwhile_is_left_out(diversify, hits):
    gone = Hit(-1, 2.0, None, hits[0][0].build)
    assert diversify([gone, *hits[0]], request(5, diversity=0.3)) == diversify(hits[0], request(5, diversity=0.3))


def test_a_build_that_is_gone_is_reported(diversify):
    with pytest.raises(IndexMismatchError, match=r"nothing__1 is gone.*towhee-recsys index"):
        diversify([Hit(5001, 0.5, None, "nothing__1")], request(5, diversity=0.3))
