"""`towhee-recsys plan`: the formulas, the lines through what was measured, and the page that has both."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.capacity import service_rate
from benchmarks.capacity_page import page
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle.capacity import Demand, memory_bytes, plan, plans
from towhee_recsys.lifecycle.measured import FILE, TYPES, Line, Measured, Row, growth, line, read_measured, scale

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "capacity.md"


def row(index, vectors, **other):
    """What a server would take whose work is exactly on a line."""
    work = scale(index, vectors, {})
    values = {"segments": 1, "memory_bytes": vectors * 1024, "build_seconds": vectors / 1000, "rate": 400.0}
    times = {"p50_ms": 2 + 0.5 * work, "p99_ms": 6 + 1.5 * work, "cpu_ms": 1 + 0.25 * work}
    return Row(
        **{"index": index, "vectors": vectors, "settings": {}, "search": {}, "recall": 1.0, **values, **times, **other}
    )


@pytest.fixture
def measured():
    return Measured([row(index, size) for index in TYPES for size in (4_000, 100_000, 1_000_000)], 600.0, {})


@pytest.fixture
def hnsw(measured):
    return growth(measured.of("HNSW"))


@pytest.mark.parametrize("index", TYPES)
def test_the_lines_are_those_of_what_was_measured(measured, index):
    found = growth(measured.of(index))
    assert (found.work.base, found.work.slope) == pytest.approx((1, 0.25), rel=1e-6)
    assert (found.p50.base, found.p50.slope) == pytest.approx((2, 0.5), rel=1e-6)
    assert found.tail == pytest.approx(3)
    whole = plan(index, Demand(1_000_000, rate=1, cores=2, memory=1024), found, 600.0)
    assert whole.build_seconds == pytest.approx(1000), "on the cores that it was measured on"
    work = scale(index, 1e6, {})
    assert (whole.p50_ms, whole.cpu_ms) == pytest.approx((2 + 0.5 * work, 1 + 0.25 * work))


def test_a_search_in_several_segments_is_the_work_of_each(hnsw):
    sizes = [(4_000, 1), (200_000, 2), (1_000_000, 4)]
    rows = [
        row("HNSW", size, segments=parts, cpu_ms=1 + 0.25 * parts * math.log2(size / parts)) for size, parts in sizes
    ]
    assert growth(rows).work.slope == pytest.approx(hnsw.work.slope)


@pytest.mark.parametrize(("index", "width"), [("HNSW", "ef"), ("IVF_FLAT", "nprobe")])
def test_a_search_that_is_twice_as_wide_is_twice_the_work(index, width):
    sizes = [(4_000, 1), (100_000, 2), (1_000_000, 1)]
    rows = [
        row(index, size, search={width: wide}, cpu_ms=1 + 0.25 * wide * scale(index, size, {})) for size, wide in sizes
    ]
    found = growth(rows)
    assert (found.work.base, found.work.slope) == pytest.approx((1, 0.25), rel=1e-6)
    assert found.search == {width: 1}


def test_noise_makes_no_search_faster_with_more_rows():
    assert line([1, 2, 3], [5.0, 4.0, 3.0]) == Line(4.0, 0.0)


def test_what_was_measured_with_one_size_has_no_plan(measured):
    few = replace(measured, rows=[*measured.of("HNSW"), row("FLAT", 4_000)])
    assert growth(few.of("FLAT")) is None
    assert [each.index for each in plans(Demand(1_000_000, 10), few)] == ["HNSW"]


def test_memory():
    assert memory_bytes("FLAT", 1000, 256) == 1000 * 1024
    assert memory_bytes("HNSW", 1000, 256) == pytest.approx(1000 * (1024 + 151), rel=0.001)
    assert memory_bytes("IVF_SQ8", 1_000_000, 256) == pytest.approx(memory_bytes("FLAT", 1_000_000, 256) / 4, rel=0.01)


def test_machines_follow_memory_and_rate(hnsw):
    small = plan("HNSW", Demand(items=1_000_000, rate=1), hnsw, 600.0)
    assert (small.machines_a_copy, small.replicas, small.machines) == (1, 1, 1)
    large = plan("HNSW", Demand(items=100_000_000, rate=1), hnsw, 600.0)
    assert large.machines_a_copy == 3
    busy = plan("HNSW", Demand(items=100_000_000, rate=10_000), hnsw, 600.0)
    assert busy.machines == busy.replicas * busy.machines_a_copy
    assert busy.machines * busy.rate_a_machine >= 10_000
    assert busy.service_machines == math.ceil(10_000 / (600 / 2 * 16 * 0.5))
    merged = plan("HNSW", Demand(items=100_000_000, rate=10_000, segment=16_384), hnsw, 600.0)
    assert merged.machines < busy.machines / 5, "fewer segments are less work"


@pytest.mark.parametrize("wrong", [{"items": 0}, {"rate": 0}, {"dim": -1}, {"users": -1}])
def test_a_demand_that_makes_no_sense(wrong):
    with pytest.raises(QueryError, match=next(iter(wrong))):
        Demand(**{"items": 1000, "rate": 1, **wrong})


def test_the_page_is_that_of_the_figures():
    again = "run `python -m benchmarks capacity --page`"
    assert page(read_measured()) == PAGE.read_text(encoding="utf-8"), again
    assert json.loads(FILE.read_text(encoding="utf-8"))["service_rate"] == service_rate(), again


def test_the_page_has_what_was_measured_the_lines_and_the_bill(measured):
    text = page(measured)
    for fact in (
        "| 1,000,000 | HNSW |",
        "1 + 0.25 × s × ef × log2 n",
        "2 + 0.5 × ⌈s / c⌉ × nprobe × √n",
        "**3 machines a copy**",
    ):
        assert fact in text
    assert "The bill" not in page(replace(measured, rows=measured.of("FLAT")))
