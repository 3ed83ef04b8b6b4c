"""One pipeline, many callers; what it needs is loaded once, when it is built."""

from __future__ import annotations

import gc
import shutil
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import numpy as np
import pytest
from towhee import register
from towhee.operator import SharedType

from towhee_recsys.bundle import load_bundle
from towhee_recsys.config import load_config
from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines import recommend_pipeline, similar_pipeline

PEOPLE = [{"gender": gender, "age": age} for gender in "FM" for age in (1, 25, 45, 56)]


def test_eight_threads_get_their_own_answers(recommend):
    expected = [recommend(person).get() for person in PEOPLE]
    barrier = Barrier(len(PEOPLE))

    def ask(person):
        barrier.wait()
        return [recommend(person).get() for _ in range(15)]

    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        answers = list(pool.map(ask, PEOPLE))
    assert answers == [[each] * 15 for each in expected]


def test_pipelines_are_built_by_several_threads_at_once(indexed_config, recommend):
    with ThreadPoolExecutor(4) as pool:
        pipelines = list(pool.map(lambda _: recommend_pipeline(indexed_config), range(4)))
    assert [each({}).get() for each in pipelines] == [recommend({}).get()] * 4


def test_the_same_config_is_the_same_model(indexed_config, sample_bundle):
    assert load_bundle(indexed_config.model.dir) is load_bundle(indexed_config.model.dir) is sample_bundle


def test_a_call_needs_no_file_of_the_bundle(indexed_config, recommend, sample_bundle, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(sample_bundle.directory, folder)
    config = load_config(indexed_config, model={"dir": str(folder)})
    copied, similar = recommend_pipeline(config), similar_pipeline(config)
    shutil.rmtree(folder)
    for user in ({"user_id": 10001}, {"gender": "F", "age": 25}, [{}, {"age": "18-24"}]):
        assert copied(user).get() == recommend(user).get()
    assert len(similar({"movie_id": 5001}).get()[0]) == config.top_k


@register(name="tests/one_a_call")
class OneACall:
    """An operator that Towhee builds for each call that runs at the same time; there may be one of it."""

    shared_type = SharedType.NotShareable
    built = 0
    entered, left = Event(), Event()

    def __init__(self, password):
        OneACall.built += 1
        if OneACall.built > 1:
            raise ConnectionError("one at a time")

    def __call__(self, value):
        if value == "wait":
            self.entered.set()
            self.left.wait(20)
        return 1 // (value != "fail")


def test_what_each_call_needs_for_itself_is_given_back_and_built_without_telling_arguments(declared):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/one_a_call, args: {password: s3cret}}], output: b}")
    for _ in range(5):
        assert pipeline("do").get() == [1]
        with pytest.raises(PipelineError, match=r"^step 1 \(tests/one_a_call\) failed: ZeroDivisionError"):
            pipeline("fail")
    assert OneACall.built == 1
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(pipeline, "wait")
        assert OneACall.entered.wait(20)
        try:
            with pytest.raises(
                PipelineError, match=r"^step 1 \(tests/one_a_call\) failed: ConnectionError: one at a time$"
            ):
                pipeline("do")
        finally:
            OneACall.left.set()
        assert waiting.result().get() == [1]


def test_a_call_leaves_nothing_for_the_garbage_collector(declared):
    pipeline = declared("{input: v, steps: [{map: v -> w, op: normalize}], output: w}")
    given = np.array([3.0, 4.0])
    kept = weakref.ref(given)
    gc.disable()
    try:
        assert pipeline(given).get()[0].search.tolist() == pytest.approx([0.6, 0.8])
        del given
        for _ in range(100):
            if kept() is not None:
                time.sleep(0.01)  # a thread of the pipeline is just letting go of it
        assert kept() is None
    finally:
        gc.enable()
