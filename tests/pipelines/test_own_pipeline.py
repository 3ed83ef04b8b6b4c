"""A pipeline file of one's own, with operators of one's own and every verb."""

from __future__ import annotations

import pytest
from towhee import register

from towhee_recsys.errors import PipelineError


def rows(result):
    return [result.get() for _ in range(result.size)]


def test_flat_map_filter_and_map(declared):
    pipeline = declared("""
        input: n
        steps:
          - {flat_map: n -> number, op: tests/count_to}
          - {filter: number -> even, by: number, op: tests/is_even}
          - map: (n, even) -> sum
            op: tests/add
            args: {more: 100}
        output: [even, sum]
        """)
    assert rows(pipeline(5)) == [[0, 105], [2, 107], [4, 109]]


def test_windows(declared):
    pipeline = declared("""
        input: n
        steps:
          - {flat_map: n -> number, op: tests/count_to}
          - {window: number -> pair, size: 2, step: 2, op: tests/add}
          - {window_all: pair -> all, op: tests/add, args: {more: 1}}
        output: all
        """)
    assert rows(pipeline(5)) == [[1 + 0 + 1 + 2 + 3 + 4]]


def test_a_time_window(declared):
    pipeline = declared("""
        input: n
        steps:
          - {flat_map: n -> number, op: tests/count_to}
          - {time_window: number -> sum, timestamp: number, size: 1, step: 1, op: tests/add}
        output: sum
        """)
    assert rows(pipeline(2_500)) == [[sum(range(1000))], [sum(range(1000, 2000))], [sum(range(2000, 2500))]]


def test_several_inputs_some_with_defaults(declared):
    pipeline = declared("""
        input: {a: 1, b: "${top_k}"}
        steps:
          - map: (a, b) -> sum
            op: tests/add
        output: [a, sum]
        """)
    assert [pipeline(*given).get() for given in [(), (5,), (5, 6)]] == [[1, 11], [5, 15], [5, 11]]
    assert [each.get() for each in pipeline.batch([(1, 2), (3,), ()])] == [[1, 3], [3, 13], [1, 11]]
    with pytest.raises(PipelineError, match="the pipeline takes a, b; 3 values were given"):
        pipeline(1, 2, 3)
    with pytest.raises(PipelineError, match="the pipeline takes a, b; 3 values were given"):
        pipeline.batch([(1, 2), (1, 2, 3)])


def test_names_under_which_an_operator_can_be_registered(declared):
    @register
    class PlainName:
        def __call__(self, value):
            return value + 1

    @register(name="plain_func")
    def increased(value):
        return value + 1

    @register(name="tests/any_arguments")
    class AnyArguments:
        def __init__(self, *names, **more):
            self._more = more["more"]

        def __call__(self, *values):
            return sum(values) + self._more

    pipeline = declared("""
        input: a
        steps:
          - {map: a -> a, op: plain_func}
          - {map: "(a, a) -> a", op: tests/any_arguments, args: {more: 3}}
          - {map: a -> a, op: anon/plain-func}
        output: a
        """)
    assert pipeline(1).get() == [2 + 2 + 3 + 1]


def test_it_may_mix_ours_with_ones_own(declared):
    pipeline = declared("""
        input: vector
        steps:
          - {map: vector -> unit, op: normalize}
          - {map: unit -> twice, op: towhee_recsys/normalize}
        output: [unit, twice]
        """)
    unit, twice = pipeline([3.0, 4.0]).get()
    assert unit.search.tolist() == twice.search.tolist() == pytest.approx([0.6, 0.8])


def test_towhees_tools_for_looking_into_it(declared, capsys):
    pipeline = declared("""
        input: n
        steps:
          - {map: n -> more, op: tests/add, args: {more: 1}}
        output: more
        """)
    visualizer = pipeline.debug(3, tracer=True, profiler=True)
    assert visualizer.result.get() == [4]
    assert [each.get() for each in pipeline.debug([3, 4], batch=True, profiler=True).result] == [[4], [5]]
