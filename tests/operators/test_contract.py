"""What every operator of ours keeps to."""

from __future__ import annotations

import inspect
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from towhee import ops, pipe
from towhee.runtime.operator_manager import OperatorRegistry

import towhee_recsys.operators
from tests.vectors import embeddings
from towhee_recsys.model.embeddings import Embeddings, ModelRef, normalize
from towhee_recsys.stores.vectors import Hit, open_index

OPERATORS = {
    "catalogue_insert": "CatalogueInsert",
    "diversify": "Diversify",
    "exclude_hidden": "ExcludeHidden",
    "exclude_seen": "ExcludeSeen",
    "explain": "Explain",
    "history_insert": "HistoryInsert",
    "item_encoder": "ItemEncoderOperator",
    "item_id": "ItemId",
    "liked_items": "LikedItems",
    "live_index": "LiveIndex",
    "lookup": "Lookup",
    "mean_vector": "MeanVector",
    "milvus_insert": "MilvusInsert",
    "milvus_search": "MilvusSearch",
    "movie_encoder": "MovieEncoderOperator",
    "normalize": "Normalize",
    "popular_items": "PopularItems",
    "project": "Project",
    "projection_insert": "ProjectionInsert",
    "publish": "Publish",
    "read_feedback": "ReadFeedback",
    "read_items": "ReadItems",
    "read_movielens": "ReadMovielens",
    "read_request": "ReadRequest",
    "read_similar_request": "ReadSimilarRequest",
    "user_encoder": "UserEncoderOperator",
}
USERS = [
    {"gender": "F"},
    {"user_id": 10001},
    {},
    {"age": 25, "occupation": "programmer"},
    {"age": 56},
    {"liked": [5001, 5003]},
]
MOVIES = [{"movie_id": 5001}, {"title": "Murder", "genres": ["Film-Noir"]}, {"movie_id": 5326}, {}]
RAW = embeddings(np.random.default_rng(0).normal(size=(5, 32)), None)
HITS = [[(5001, 0.5), (5003, 0.25)], [], [(5001, 1.0)]]
ENCODING = ["user_encoder", "item_encoder", "movie_encoder", "normalize"]
READING = [*ENCODING, "item_id", "liked_items", "milvus_search", "lookup"]
"""The operators that map queries and write nothing."""


@pytest.fixture
def operator(request, indexed_config, sample_bundle):
    """An operator in a pipeline of its own, and inputs for it."""
    store = {"uri": indexed_config.milvus.uri, "collection": indexed_config.milvus.collection}
    model = ModelRef(sample_bundle.model_id, sample_bundle.calibration)
    unit = normalize(embeddings(RAW, model, RAW.search[::-1]))
    build = open_index(**store).live().build
    hits = [[Hit(key, score, None, build) for key, score in query] for query in HITS]
    arguments, inputs = {
        "user_encoder": ({"model_dir": indexed_config.model.dir}, USERS),
        "item_encoder": ({"model_dir": indexed_config.model.dir}, MOVIES),
        "movie_encoder": ({"model_dir": indexed_config.model.dir}, MOVIES),
        "item_id": ({"model_dir": indexed_config.model.dir}, MOVIES),
        "liked_items": ({"model_dir": indexed_config.model.dir}, USERS),
        "normalize": ({}, RAW),
        "milvus_search": ({**store, "top_k": 7}, unit),
        "lookup": ({"catalogue": indexed_config.catalogue}, hits),
    }[request.param]
    made = getattr(ops.towhee_recsys, request.param)(**arguments)
    pipeline = pipe.input("given").map("given", "found", made).output("found")
    return lambda given: pipeline(given).get()[0], inputs


def same(one, other):
    """Whether two answers are equal, floats nearly so."""
    if isinstance(one, Embeddings):
        return one.model == other.model and same(one.search, other.search) and same(one.rating, other.rating)
    if isinstance(one, (np.ndarray, float)):
        return np.asarray(one).shape == np.asarray(other).shape and np.allclose(one, other, atol=1e-5)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    return one == other


def test_these_are_all():
    assert sorted(OPERATORS.values()) == sorted(towhee_recsys.operators.__all__)


@pytest.mark.parametrize(("name", "class_name"), OPERATORS.items())
def test_each_is_registered_and_shows_its_use(name, class_name):
    operator = getattr(towhee_recsys.operators, class_name)
    assert OperatorRegistry.resolve(f"towhee-recsys/{name.replace('_', '-')}") is operator
    assert f"ops.towhee_recsys.{name}(" in inspect.getdoc(operator)
    assert all(each.kind is each.POSITIONAL_OR_KEYWORD for each in inspect.signature(operator).parameters.values())


@pytest.mark.parametrize("operator", READING, indirect=True)
def test_a_list_gives_what_its_members_give_one_by_one(operator):
    call, inputs = operator
    assert same(list(call(inputs)), [call(each) for each in inputs])
    assert same(list(call(inputs[:1])), [call(inputs[0])])
    assert len(call(inputs[:0])) == 0


@pytest.mark.parametrize("operator", READING, indirect=True)
def test_eight_threads_get_the_same_answers(operator):
    call, inputs = operator
    expected, barrier = [call(each) for each in inputs], Barrier(8)

    def work(_):
        barrier.wait()
        return [[call(each) for each in inputs] for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        for answers in pool.map(work, range(8)):
            assert all(same(answer, expected) for answer in answers)


@pytest.mark.parametrize("operator", ENCODING, indirect=True)
def test_vectors_are_float32_and_know_their_model(operator, request, sample_bundle):
    call, inputs = operator
    for vectors, shape in [(call(inputs), (len(inputs), 32)), (call(inputs[0]), (32,))]:
        assert isinstance(vectors, Embeddings)
        assert (vectors.shape, vectors.search.dtype) == (shape, np.float32)
        assert vectors.model is None or vectors.model.model_id == sample_bundle.model_id
        assert (vectors.model is None) == ("normalize" in request.node.name)
