"""`towhee-recsys plan`: the formulas, and what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from towhee_recsys.cli import commands
from towhee_recsys.errors import QueryError
from towhee_recsys.lifecycle import measured
from towhee_recsys.lifecycle.capacity import Demand, memory_bytes, plan, plans, search_ms

ROWS = json.loads((Path(__file__).parents[2] / "docs" / "performance.json").read_text())


@pytest.mark.parametrize(
    ("points", "where", "what"),
    [
        (measured.HNSW_P50, "Milvus server, HNSW", "p50"),
        (measured.HNSW_P99, "Milvus server, HNSW", "p99"),
        (measured.HNSW_BUILD, "Milvus server, HNSW", "filled and ready"),
        (measured.FLAT_P50, "Milvus Lite, FLAT", "p50"),
        (measured.FLAT_P99, "Milvus Lite, FLAT", "p99"),
        (measured.FLAT_BUILD, "Milvus Lite, FLAT", "filled and ready"),
    ],
)
def test_what_was_measured_is_that_of_the_performance_page(points, where, what):
    found = {row["work"]: row["ours"] for row in ROWS["query-scale"]["rows"]}
    for rows, value in points.items():
        assert found[f"{where}, {rows:,} vectors: {what}"] == pytest.approx(value, abs=0.001)


def test_memory():
    assert memory_bytes("FLAT", 1000, 256) == 1000 * 1024
    assert memory_bytes("HNSW", 1000, 256) == pytest.approx(1000 * (1024 + 151), rel=0.001)
    assert memory_bytes("IVF_SQ8", 1_000_000, 256) == pytest.approx(memory_bytes("FLAT", 1_000_000, 256) / 4, rel=0.001)


def test_the_curves_are_near_what_was_measured():
    for rows, value in measured.FLAT_P50.items():
        assert sum(search_ms("FLAT", rows, 256)) == pytest.approx(value, rel=0.1)
    for rows, value in measured.HNSW_P50.items():
        assert sum(search_ms("HNSW", rows, 256)) == pytest.approx(value, rel=0.1)


def test_machines_follow_memory_and_rate():
    small = plan("HNSW", Demand(items=1_000_000, rate=1))
    assert (small.machines_a_copy, small.replicas, small.machines) == (1, 1, 1)
    large = plan("HNSW", Demand(items=100_000_000, rate=1))
    assert large.machines_a_copy == 3
    busy = plan("HNSW", Demand(items=100_000_000, rate=10_000))
    assert busy.machines == busy.replicas * busy.machines_a_copy
    assert busy.machines * busy.rate_a_machine >= 10_000
    merged = plan("HNSW", Demand(items=100_000_000, rate=10_000, segment=16_384))
    assert merged.machines < busy.machines / 5, "fewer segments are less work"
    assert {each.index: each.build_seconds for each in plans(Demand(1000, 1))}["IVF_FLAT"] is None


@pytest.mark.parametrize("wrong", [{"items": 0}, {"rate": 0}, {"dim": -1}, {"users": -1}])
def test_a_demand_that_makes_no_sense(wrong):
    with pytest.raises(QueryError, match=next(iter(wrong))):
        Demand(**{"items": 1000, "rate": 1, **wrong})


def test_the_command():
    result = CliRunner().invoke(
        commands, ["plan", "--items", "1000000", "--rate", "100", "--users", "1000000", "--json"]
    )
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert [each["index"] for each in shown["plans"]] == ["FLAT", "HNSW", "IVF_FLAT", "IVF_SQ8"]
    assert shown["plans"][0]["service_memory_bytes"] == 1_024_000_000
    assert {"memory", "latency", "build", "rate"} <= set(shown["formulas"])
