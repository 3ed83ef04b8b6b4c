"""Pipelines run as generators, and give what Towhee's own graph gives."""

from __future__ import annotations

import threading

import pytest
from towhee import register
from towhee.runtime.data_queue import DataQueue
from towhee.runtime.runtime_pipeline import RuntimePipeline

from towhee_recsys.errors import PipelineError
from towhee_recsys.pipelines import similar_pipeline

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
    "rows": """
        input: a
        steps:
          - {flat_map: a -> b, op: tests/count_to}
          - {flat_map: "a -> (b, c)", op: tests/pairs_to}
          - {map: "(a, b) -> d", op: tests/add}
        output: [a, b, c, d]
        """,
    "lists are rows": "{input: a, steps: [{flat_map: a -> a, op: tests/as_list}], output: a}",
    "rows of rows": """
        input: a
        steps: [{flat_map: a -> b, op: tests/count_to}, {flat_map: b -> b, op: tests/count_to}]
        output: [a, b]
        """,
    "rows with None": """
        input: a
        steps: [{flat_map: a -> b, op: tests/count_to}, {map: b -> c, op: tests/none_if_odd}]
        output: [b, c]
        """,
    "filters of rows": """
        input: a
        steps:
          - {flat_map: a -> b, op: tests/count_to}
          - {filter: "(b, b) -> (c, d)", by: b, op: tests/is_even}
          - {map: "(a, c) -> e", op: tests/add}
        output: [c, d, e]
        """,
    "filters in place": """
        input: a
        steps: [{flat_map: a -> b, op: tests/count_to}, {filter: b -> b, by: b, op: tests/is_even}]
        output: [a, b]
        """,
    "columns of different lengths": """
        input: a
        steps:
          - {flat_map: a -> b, op: tests/count_to}
          - {filter: b -> even, by: b, op: tests/is_even}
          - {map: "(b, even) -> sum", op: tests/add}
        output: [b, even, sum]
        """,
    "filters of one row": "{input: a, steps: [{filter: a -> b, by: a, op: tests/is_even}], output: [a, b]}",
    "all of the rows": """
        input: a
        steps:
          - {flat_map: "a -> (b, c)", op: tests/pairs_to}
          - {window_all: "(b, c) -> all", op: tests/add, args: {more: 1}}
          - {map: "(a, all) -> all", op: tests/add}
        output: [a, all]
        """,
    "all beside the rows": """
        input: a
        steps: [{flat_map: a -> b, op: tests/count_to}, {window_all: b -> all, op: tests/add}]
        output: [b, all]
        """,
    "all that pass a filter": """
        input: a
        steps:
          - {flat_map: a -> b, op: tests/count_to}
          - {filter: b -> c, by: b, op: tests/is_even}
          - {window_all: "(b, c) -> (d, e, f)", op: tests/both}
        output: [d, e, f]
        """,
    "rows of all": """
        input: a
        steps:
          - {flat_map: a -> b, op: tests/count_to}
          - {window_all: b -> all, op: tests/add}
          - {flat_map: all -> c, op: tests/count_to}
        output: [all, c]
        """,
}
CALLS: dict[str, list[tuple]] = {
    "lists are rows": [([1, 2],), ([],), ([[1], None],)],
    "columns are kept, in any order": [(3, 4), (0, 0)],
    "inputs have defaults": [(), (2,), (2, 3)],
}


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


@register(name="tests/as_list")
class AsList:
    def __call__(self, given):
        return list(given)


def on_towhee(pipeline, inputs):
    """What Towhee's own graph gives for the same nodes."""
    return RuntimePipeline(pipeline.dag_repr)(*pipeline._complete(inputs))


def all_of(result: DataQueue):
    return result.schema, result.size, [result.get() for _ in range(result.size)], result.get()


@pytest.mark.parametrize("name", STEPS)
def test_it_gives_what_towhees_graph_gives(declared, name):
    pipeline = declared(STEPS[name])
    calls = CALLS.get(name, [(3,), (4,), (1,), (0,)])
    expected = [all_of(on_towhee(pipeline, inputs)) for inputs in calls]
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
        assert all_of(pipeline(number)) == all_of(on_towhee(pipeline, (number,)))


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
    expected = [all_of(on_towhee(recommend, (user,))) for user in users]
    assert [all_of(recommend(user)) for user in users] == expected
    assert [all_of(each) for each in recommend.batch(users)] == expected
    similar = similar_pipeline(indexed_config)
    assert all_of(similar({"movie_id": 5001})) == all_of(on_towhee(similar, ({"movie_id": 5001},)))


def test_it_runs_in_the_callers_thread_and_a_batch_in_the_pipelines(declared):
    pipeline = declared("{input: a, steps: [{map: a -> b, op: tests/thread}], output: b}")
    assert pipeline(1).get() == [threading.current_thread()]
    assert pipeline.batch([1])[0].get() != [threading.current_thread()]


def test_steps_of_many_rows_have_threads_but_the_last(declared):
    pipeline = declared("""
        input: n
        steps:
          - {flat_map: n -> n, op: tests/count_to}
          - {map: n -> ahead, op: tests/thread}
          - {map: n -> after, op: tests/thread}
          - {map: n -> last, op: tests/thread}
        output: [ahead, after, last]
        """)
    ahead, after, last = pipeline(1).get()
    assert ahead.name == after.name == "prefetch"
    assert ahead is not after
    assert last is threading.current_thread()


def test_too_few_outputs_are_an_error_of_the_step(declared):
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
        raise error[0] if isinstance(error, list) else error

    def abandon(self):
        Abandoned.failed += 1


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("no"), PipelineError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
@pytest.mark.parametrize("verb", ["map: a -> b", "window_all: a -> b", "window: a -> b, size: 1, step: 1"])
def test_operators_are_abandoned_when_their_call_fails(declared, verb, error, raised):
    pipeline = declared(f"{{input: a, steps: [{{{verb}, op: tests/abandoned}}], output: b}}")
    before = Abandoned.failed
    with pytest.raises(raised):
        pipeline(error)
    assert Abandoned.failed == before + 1
