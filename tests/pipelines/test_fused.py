"""A pipeline of maps runs as one node, and answers as Towhee's own nodes do."""

from __future__ import annotations

import gc
import os
import threading

import pytest
from towhee import register
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines import similar_pipeline
from towhee_recsys.pipelines.collecting import no_collecting

STEPS = {
    "one": "{input: a, steps: [{map: a -> b, op: tests/add, args: {more: 1}}], output: b}",
    "columns are overwritten": """
        input: a
        steps: [{map: a -> a, op: tests/add, args: {more: 1}}, {map: "(a, a) -> a", op: tests/add}]
        output: [a, a]
        """,
    "columns are kept, in any order": """
        input: [a, b]
        steps:
          - {map: "(b, a) -> (c, d)", op: tests/both}
          - {map: "(c, a) -> e", op: tests/add}
          - {map: d -> unused, op: tests/add}
        output: [e, b, d, c]
        """,
    "inputs have defaults": "{input: {a: 1, b: 5}, steps: [{map: '(a, b) -> c', op: tests/add}], output: [c, b]}",
    "generators give lists": """
        input: a
        steps: [{map: a -> b, op: tests/count_to}, {map: "a -> (c, d)", op: tests/pairs_to}]
        output: [b, c, d]
        """,
}
CALLS = {"columns are kept, in any order": [(3, 4), (0, 0)], "inputs have defaults": [(), (2,), (2, 3)]}


@register(name="tests/both")
class Both:
    def __call__(self, first, second):
        return first, second, "and more"


@register(name="tests/pairs_to")
class PairsTo:
    def __call__(self, n):
        for number in range(n):
            yield number, -number


@register(name="tests/none_if_odd")
class NoneIfOdd:
    """None is no value to Towhee: the row ends there."""

    def __call__(self, number):
        return None if number % 2 else number


@register(name="tests/thread")
class Thread:
    def __call__(self, value):
        return threading.current_thread()


def unfused(pipeline, inputs):
    """What Towhee gives for the same nodes."""
    return RuntimePipeline(pipeline.dag_repr)(*pipeline._complete(inputs))


def all_of(result: DataQueue):
    return result.schema, result.size, [result.get() for _ in range(result.size)], result.get()


@pytest.mark.parametrize("name", STEPS)
def test_it_answers_as_towhees_nodes_do(declared, name):
    pipeline = declared(STEPS[name])
    calls = CALLS.get(name, [(3,), (0,)])
    expected = [all_of(unfused(pipeline, inputs)) for inputs in calls]
    assert [all_of(pipeline(*inputs)) for inputs in calls] == expected
    alone = len(pipeline.declaration.inputs) == 1
    given = [inputs[0] if alone else inputs for inputs in calls]
    assert [all_of(each) for each in pipeline.batch(given)] == expected
    debugged = pipeline.debug(given, batch=True, profiler=True).result
    assert [all_of(each) for each in debugged] == expected


@pytest.mark.parametrize("output", ["d", "[a, d]", "[a, b]", "[a, c]", "a"])
def test_a_none_ends_the_row_where_it_ends_towhees(declared, output):
    pipeline = declared(f"""
        input: a
        steps:
          - {{map: a -> b, op: tests/none_if_odd}}
          - {{map: a -> c, op: tests/add, args: {{more: 1}}}}
          - {{map: c -> d, op: tests/none_if_odd}}
        output: {output}
        """)
    for number in (1, 2):
        assert all_of(pipeline(number)) == all_of(unfused(pipeline, (number,)))


def test_what_comes_after_a_none_is_not_called(declared):
    pipeline = declared("""
        input: a
        steps: [{map: a -> a, op: tests/none_if_odd}, {map: a -> a, op: tests/fail}]
        output: a
        """)
    assert pipeline(1).get() is None
    with pytest.raises(PipelineError, match=r"^step 2 \(tests/fail\) failed: ZeroDivisionError"):
        pipeline(2)


def test_recommendations_are_the_same(recommend, indexed_config):
    users = [{"user_id": 10001}, {"gender": "F", "age": 25}, {"liked": [5001, 5002]}, [{}, {"age": 18}], []]
    expected = [all_of(unfused(recommend, (user,))) for user in users]
    assert [all_of(recommend(user)) for user in users] == expected
    assert [all_of(each) for each in recommend.batch(users)] == expected
    similar = similar_pipeline(indexed_config)
    assert all_of(similar({"movie_id": 5001})) == all_of(unfused(similar, ({"movie_id": 5001},)))


def test_it_runs_in_the_callers_thread_and_a_batch_in_the_pipelines(declared):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/thread}], output: b}")
    assert pipeline(1).get() == [threading.current_thread()]
    assert pipeline.batch([1])[0].get() != [threading.current_thread()]


def test_where_there_are_other_verbs_steps_have_threads_of_their_own(declared):
    pipeline = declared("""
        input: n
        steps: [{flat_map: n -> number, op: tests/count_to}, {map: number -> thread, op: tests/thread}]
        output: thread
        """)
    assert pipeline(1).get() != [threading.current_thread()]


def test_too_few_outputs_are_told_with_the_step(declared):
    pipeline = declared('{input: a, steps: [{map: "a -> (b, c, d, e)", op: tests/two}], output: e}')
    with pytest.raises(PipelineError, match=r"^step 1 \(tests/two\) failed: IndexError: tuple index out of range$"):
        pipeline(1)


@register(name="tests/two")
class Two:
    def __call__(self, value):
        return value, value


@register(name="tests/abandoned")
class Abandoned:
    """Raises what it is given, and counts the calls that failed."""

    failed = 0

    def __call__(self, error):
        raise error

    def abandon(self):
        Abandoned.failed += 1


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("no"), PipelineError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_operators_are_told_that_their_call_failed(declared, error, raised):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/abandoned}], output: b}")
    before = Abandoned.failed
    with pytest.raises(raised):
        pipeline(error)
    assert Abandoned.failed == before + 1


@register(name="tests/collects")
class Collects:
    """Whether garbage is collected while it runs; it fails for an empty list."""

    def __call__(self, given):
        if given == []:
            raise ValueError("nothing")
        return gc.isenabled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_collects_its_garbage_though_a_list_was_being_answered(collecting):
    with no_collecting():
        child = os.fork()
        if not child:
            os._exit(0 if gc.isenabled() else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert not gc.isenabled()


@pytest.fixture
def collecting():
    yield
    gc.enable()


def test_garbage_is_not_collected_while_a_list_is_answered(declared, collecting):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/collects}], output: b}")
    assert (pipeline(1).get(), pipeline([1]).get()) == ([True], [False])
    assert gc.isenabled()
    with pytest.raises(PipelineError, match="nothing"):
        pipeline([])
    assert gc.isenabled()
    gc.disable()
    assert pipeline([1]).get() == [False]
    assert not gc.isenabled(), "somebody else had turned it off"
