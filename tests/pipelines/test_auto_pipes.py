"""Our pipelines by Towhee's names for them."""

from __future__ import annotations

import pytest
from towhee import AutoPipes
from towhee.runtime.auto_pipes import set_pipe_name

from towhee_recsys.errors import ConfigError


def test_recommend(indexed_config, recommend):
    by_name = AutoPipes.pipeline("towhee_recsys/recommend", config=indexed_config)
    assert by_name({"gender": "F"}).get() == recommend({"gender": "F"}).get()


def test_similar_and_index(indexed_config):
    similar = AutoPipes.pipeline("towhee_recsys/similar", config=indexed_config)
    assert len(similar({"movie_id": 5001}).get()[0]) == indexed_config.top_k
    index = AutoPipes.pipeline("towhee_recsys/index", config=indexed_config)
    assert index().get()[0].rows == 326


def test_a_config_may_be_a_name():
    with pytest.raises(ConfigError, match="movielens_1n"):
        AutoPipes.pipeline("towhee_recsys/index", config="movielens_1n")


def test_a_pipeline_of_ones_own_may_use_them(indexed_config, recommend):
    with set_pipe_name("tests/recommend"):

        @AutoPipes.register
        def define():
            return AutoPipes.pipeline("towhee_recsys/recommend", config=indexed_config)

    assert AutoPipes.pipeline("tests/recommend")({}).get() == recommend({}).get()
