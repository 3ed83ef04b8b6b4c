"""All engines keep one contract: results in order, errors as they were raised, blocks of killed workers again."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator

import pytest

from tests.engines.functions import Squared
from towhee_recsys.engines import Engine, open_engine
from towhee_recsys.errors import EngineError, QueryError


@pytest.fixture(scope="module", params=["one process", "two processes", "ray"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    name = "ray" if request.param == "ray" else "local"
    with open_engine(name, workers=1 if request.param == "one process" else 2) as opened:
        yield opened


def test_results_are_in_the_order_of_the_blocks(engine, tmp_path):
    found = list(engine.map(Squared(tmp_path), range(30)))
    assert [square for square, _ in found] == [number**2 for number in range(30)]


def test_there_is_nothing_for_no_blocks(engine, tmp_path):
    assert list(engine.map(Squared(tmp_path), [])) == []


def test_few_blocks_are_read_ahead(engine, tmp_path):
    numbers = itertools.count()
    results = engine.map(Squared(tmp_path), numbers)
    next(results)
    assert next(numbers) < 10


def test_an_error_of_ours_is_raised_as_it_is(engine, tmp_path):
    results = engine.map(Squared(tmp_path, refused=2), range(4))
    with pytest.raises(QueryError, match="2 is refused"):
        list(results)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_the_blocks_of_a_killed_worker_are_computed_again(engine, tmp_path, request):
    if "one process" in request.node.callspec.id:
        pytest.skip("the test itself would be killed")
    found = list(engine.map(Squared(tmp_path, fatal=3), range(8)))
    assert [square for square, _ in found] == [number**2 for number in range(8)]
    assert (tmp_path / "killed").exists()


def test_work_is_done_outside_this_process(engine, tmp_path, request):
    pids = {pid for _, pid in engine.map(Squared(tmp_path), range(8))}
    assert (os.getpid() in pids) == ("one process" in request.node.callspec.id)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("spark",), "local, ray"),
        (("local", "auto"), "auto"),
        (("local", None, 0), "at least 1"),
        (("ray", None, 0), "at least 1"),
        (("ray", "127.0.0.1:1"), "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_opened_is_refused(arguments, named):
    with pytest.raises(EngineError, match=named), open_engine(*arguments):
        pass
