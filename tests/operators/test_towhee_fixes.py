"""Towhee 1.1.3 can hang for ever in four ways. Each is tried here, in a process of its own that is given 20 seconds."""

from __future__ import annotations

import pytest

COUNT = """
import time
from towhee import AutoPipes, ops, pipe, register
from towhee.runtime.auto_pipes import set_pipe_name
from towhee.runtime.runtime_pipeline import RuntimePipeline
import towhee_recsys.operators
from towhee_recsys.pipelines import load_pipeline

@register(name="tests/count_to")
class CountTo:
    def __call__(self, n):
        return range(n)

@register(name="tests/count_lazily_to")
class CountLazilyTo:
    def __call__(self, n):
        yield from range(n)

@register(name="tests/fail_at")
class FailAt:
    def __init__(self, at):
        self.at = at

    def __call__(self, n):
        if n == self.at:
            time.sleep(0.5)  # thousands of rows wait
            raise ValueError(f"no {n} here")
        return n
"""


@pytest.mark.parametrize("count", ["count_to", "count_lazily_to"])
def test_an_operator_that_fails_on_the_first_of_5000_rows_says_so_at_once(run, count):
    shown = run(f"""{COUNT}
declaration = '''
input: n
steps:
  - {{flat_map: n -> row, op: tests/{count}}}
  - {{map: row -> row, op: tests/fail_at, args: {{at: 0}}}}
  - {{window_all: row -> row, op: tests/fail_at, args: {{at: -1}}}}
output: row
'''
open("own.yaml", "w").write(declaration)
composed = (
    pipe.input("n").flat_map("n", "row", ops.tests.{count}()).map("row", "row", ops.tests.fail_at(at=0))
    .window_all("row", "row", lambda rows: rows).output("row")
)
for pipeline in (composed, load_pipeline("own.yaml", "sample")):
    try:
        pipeline(5000)
    except Exception as error:
        print(type(error).__name__, "no 0 here" in str(error))
""")
    assert shown == "RuntimeError True\nPipelineError True\n"


def test_so_does_one_that_fails_later(run):
    shown = run(f"""{COUNT}
pipeline = (
    pipe.input("n").flat_map("n", "row", ops.tests.count_to()).map("row", "row", ops.tests.fail_at(at=-1))
    .map("row", "row", ops.tests.fail_at(at=3500)).map("row", "row", ops.tests.fail_at(at=-1)).output("row")
)
try:
    pipeline(7000)
except RuntimeError as error:
    print("no 3500 here" in str(error))
""")
    assert shown == "True\n"


def test_there_may_be_more_nodes_than_threads_with_thousands_of_rows_between_them(run):
    shown = run(f"""{COUNT}
pipeline = pipe.input("n").flat_map("n", "row", ops.tests.count_to())
for _ in range(5):
    pipeline = pipeline.map("row", "row", ops.tests.fail_at(at=-1))
print(RuntimePipeline(pipeline.output("row").dag_repr, max_workers=2)(6000).size)
""")
    assert shown == "6000\n"


def test_garbage_may_be_collected_while_an_operator_is_acquired(run):
    shown = run(f"""{COUNT}
import gc
from towhee.operator import SharedType

@register(name="tests/collecting")
class Collecting:
    shared_type = SharedType.NotShareable  # one for each call that runs at the same time

    def __init__(self):
        gc.collect()

    def __call__(self, value):
        return value

gc.disable()
open("own.yaml", "w").write("{{input: n, steps: [{{map: n -> n, op: tests/collecting}}], output: n}}")
composed = pipe.input("n").map("n", "n", ops.tests.collecting()).output("n")
for pipeline in (composed, load_pipeline("own.yaml", "sample")):
    gc.collect()
    graph = pipeline.preload()  # its node has the operator, so that the next call makes another one
    graph.itself = graph
    del graph  # garbage now, which takes the pool's lock when it is collected
    print(pipeline(7).get())
""")
    assert shown == "[7]\n[7]\n"


def test_a_pipelines_definition_may_use_another_pipeline(run):
    shown = run(f"""{COUNT}
with set_pipe_name("tests/inner"):
    @AutoPipes.register
    def inner():
        return pipe.input("n").map("n", "n", ops.tests.fail_at(at=-1)).output("n")

with set_pipe_name("tests/outer"):
    @AutoPipes.register
    def outer():
        return AutoPipes.pipeline("tests/inner")

print(AutoPipes.pipeline("tests/outer")(7).get())
""")
    assert shown == "[7]\n"
