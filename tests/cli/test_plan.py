"""`towhee-recsys plan` shows what a number of items takes, as a table or as JSON."""

from __future__ import annotations

import json

from towhee_recsys.lifecycle.measured import read_measured

GIVEN = ("plan", "--items", "1000000", "--rate", "100", "--users", "1000000")


def test_json(run):
    found = run(*GIVEN, "--json")
    assert found.code == 0, found.err
    shown = json.loads(found.out)
    assert "HNSW" in [each["index"] for each in shown["plans"]]
    assert shown["plans"][0]["service_memory_bytes"] == 1_024_000_000
    assert shown["measured_up_to"] == read_measured().largest
    assert {"memory", "latency", "build", "rate"} <= set(shown["formulas"])


def test_a_table(run):
    found = run(*GIVEN)
    assert found.code == 0, found.err
    for fact in ("1,000,000 items of 256 numbers", "HNSW", "976.6 MiB", "measured with up to", "Formulas"):
        assert fact in found.out


def test_a_number_that_makes_no_sense(run):
    found = run("plan", "--items", "0", "--rate", "100")
    assert found.code == 2
    assert "--items" in found.err


def test_it_names_the_fewest_machines_and_what_larger_segments_would_take(run):
    found = run("plan", "--items", "100000000", "--rate", "10000").out
    assert "takes the fewest machines" in found
    assert "--segment 16384" in found
    assert "--segment" not in run("plan", "--items", "100000000", "--rate", "10000", "--segment", "16384").out
