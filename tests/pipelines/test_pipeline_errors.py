"""An error keeps its type on its way through a pipeline, and a foreign one names the step."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tests.vectors import embeddings
from towhee_recsys.config import load_config
from towhee_recsys.errors import BundleError, ConfigError, IndexMismatchError, PipelineError, QueryError, RecsysError
from towhee_recsys.model.embeddings import ModelRef, normalize
from towhee_recsys.pipelines import recommend_pipeline, similar_pipeline
from towhee_recsys.stores.vectors import insert_live, open_index

FAILING = """
input: n
steps:
  - {{flat_map: n -> number, op: tests/count_to, args: {{fail_at: {fail_at}}}}}
  - {{map: number -> sum, op: {op}}}
  - {{window_all: sum -> all, op: tests/add}}
output: all
"""


def test_a_foreign_error_names_the_step_and_keeps_its_cause(declared):
    with pytest.raises(PipelineError) as raised:
        declared(FAILING.format(fail_at="null", op="tests/fail"))(3)
    assert str(raised.value) == "step 2 (tests/fail) failed: ZeroDivisionError: out of order"
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


@pytest.mark.parametrize("fail_at", [0, 2])
def test_so_does_one_out_of_a_generator(declared, fail_at):
    with pytest.raises(PipelineError) as raised:
        declared(FAILING.format(fail_at=fail_at, op="tests/add"))(3)
    assert str(raised.value) == f"step 1 (tests/count_to) failed: ValueError: no {fail_at} here"
    assert isinstance(raised.value.__cause__, ValueError)


def test_our_own_error_comes_as_it_was_raised(declared):
    pipeline = declared("{input: v, steps: [{map: v -> v, op: normalize}], output: v}")
    with pytest.raises(QueryError) as raised:
        pipeline([[1.0, 0.0], [0.0, 0.0]])
    assert str(raised.value) == "vector 1 of 2 has length 0.0: it cannot be normalized."
    assert raised.value.__cause__ is None


def test_one_of_a_batch(declared):
    pipeline = declared("{input: v, steps: [{map: v -> v, op: normalize}], output: v}")
    with pytest.raises(QueryError, match="vector 0 of 1"):
        pipeline.batch([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])
    assert [each.get()[0].search.tolist() for each in pipeline.batch([[2.0, 0.0]])] == [[1, 0]]


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [("model", IndexMismatchError, "holds no index yet"), ("nowhere", BundleError, "no trained model in")],
)
def test_what_is_missing_is_found_when_it_is_built(sample_config, sample_bundle, tmp_path, model, error, message):
    directory = sample_bundle.directory if model == "model" else tmp_path / model
    config = load_config(
        sample_config,
        model={"dir": str(directory)},
        milvus={"uri": str(tmp_path / "movies.db")},
        catalogue=f"sqlite:///{tmp_path / 'movies.sqlite'}",
    )
    with pytest.raises(error, match=message) as raised:
        recommend_pipeline(config)
    assert "Create" not in str(raised.value)


def test_an_index_of_another_model_is_found_when_it_is_built(indexed_config, tmp_path):
    uri = str(tmp_path / "movies.db")
    others = normalize(embeddings(np.ones((1, 32)), ModelRef("b" * 16)))
    insert_live(open_index(uri, indexed_config.milvus.collection), [1], others)
    for define in (recommend_pipeline, similar_pipeline):
        with pytest.raises(IndexMismatchError, match=f"is of model {'b' * 16}, which is not here"):
            define(load_config(indexed_config, milvus={"uri": uri}))


def test_arguments_are_not_shown_when_an_operator_cannot_be_built(declared):
    with pytest.raises(PipelineError) as raised:
        declared("""
            input: a
            steps:
              - {map: a -> a, op: tests/add}
              - {map: a -> a, op: tests/fail, args: {text: "no way", password: s3cret, at_once: true}}
            output: a
            """)
    assert str(raised.value) == "step 2 (tests/fail) failed: ConnectionError: no way"
    seen, error = "", raised.value
    while error is not None:
        seen, error = seen + str(error), error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    assert "s3cret" not in seen


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "holds nothing"), ("[1]", "holds a list"), ("input: a\ninput: b", "input is given twice")],
)
def test_a_file_that_is_no_mapping(declared, text, message):
    with pytest.raises(ConfigError, match=message) as raised:
        declared(text)
    assert "own.yaml:" in str(raised.value)
    assert isinstance(raised.value, RecsysError)


OPTIMIZED = """
import sys
from towhee import register
from towhee_recsys.pipelines import load_pipeline
from towhee_recsys.errors import PipelineError

assert False, "python -O drops this"

@register(name="tests/fail")
class Fail:
    def __call__(self, value):
        return 1 // 0

    def abandon(self):
        print("abandoned")

try:
    load_pipeline(sys.argv[1], "sample")(1)
except PipelineError as error:
    print(error)
"""


@pytest.mark.parametrize("verb", ["map: a -> b", "window_all: a -> b", "window: a -> b, size: 1, step: 1"])
def test_python_optimized_loses_no_error(tmp_path, verb):
    (tmp_path / "own.yaml").write_text(f"{{input: a, steps: [{{{verb}, op: tests/fail}}], output: b}}")
    command = [sys.executable, "-O", "-W", "ignore", "-c", OPTIMIZED, str(tmp_path / "own.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    expected = "abandoned\nstep 1 (tests/fail) failed: ZeroDivisionError: integer division or modulo by zero\n"
    assert done.stdout == expected, done.stderr
