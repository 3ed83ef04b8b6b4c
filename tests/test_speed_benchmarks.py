"""The benchmarks of speed: they time in turns, keep what others have measured, and their page says what figures say."""

from __future__ import annotations

import inspect
import json

import numpy as np
import pytest

from benchmarks import __main__ as entry
from benchmarks import peers, quality
from benchmarks.case import Case
from benchmarks.performance_page import page
from benchmarks.rows import Limit, Row, compared, from_json, to_json
from benchmarks.timing import interleaved
from towhee_recsys.config import load_config
from towhee_recsys.errors import EvaluationError


class Stub:
    """A benchmark of one row. The lines below go onto the page."""

    WHAT_BOUNDS = {"walking": "The shoes\n        are old."}  # noqa: RUF012


def lines(text: str, row: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith(f"| {row} ")
    ]


def shown(*rows: Row) -> str:
    run = {"date": "2026-01-02", "cores": 2, "processor": "a processor", "versions": {"numpy": "2.0"}}
    document = json.loads(json.dumps({"stub": {"run": run, "rows": to_json(rows)}}))
    return page(document, {"stub": Stub}, {"picture.svg": "A picture"})


@pytest.fixture
def run(tmp_path):
    """Runs the command on the sample, a few runs of each, and returns its JSON and its page."""

    def run(*arguments: str) -> tuple[dict, str]:
        file = tmp_path / "performance.json"
        entry.main([*arguments, "-c", "sample", "--quick", "--work", str(tmp_path / "work"), "--json", str(file)])
        return json.loads(file.read_text("utf-8")), file.with_suffix(".md").read_text("utf-8")

    return run


def test_calls_take_turns_in_changing_order_and_the_warm_up_is_not_counted():
    calls, now = [], iter(range(100))
    seconds = interleaved(
        {"ours": lambda run: calls.append(("ours", run)), "theirs": lambda run: calls.append(("theirs", run))},
        2,
        warm_up=1,
        clock=lambda: float(next(now)),
    )
    expected = ["ours 0", "theirs 0", "ours 0", "theirs 0", "theirs 1", "ours 1"]
    assert [f"{name} {run}" for name, run in calls] == expected
    assert {name: each.tolist() for name, each in seconds.items()} == {"ours": [1, 1], "theirs": [1, 1]}


@pytest.mark.parametrize(
    ("limit", "figure", "cells", "verdict"),
    [
        (Limit("≤", 1.5), 2.0, ["2 x", "≤ 1.5 x"], "short by 0.5 x"),
        (Limit("≤", 2), 2.0, ["2 x", "≤ 2 x"], "yes"),
        (Limit("≥", 3), 2.0, ["2 x", "≥ 3 x"], "short by 1 x"),
        (Limit("≥", 15, "less"), 0.5, ["0.5 x less", "≥ 15 x less"], "short by 14.5 x"),
        (Limit("≤", 0.25, "difference"), 1.0, ["1 s more", "≤ 0.25 s more"], "short by 0.75 s"),
        (Limit("≤", 400, "ours"), 2.0, ["–", "≤ 400 s"], "yes"),
        (None, 2.0, ["2 x", "–"], "–"),
    ],
)
def test_a_row_is_held_against_its_limit(limit, figure, cells, verdict):
    row = Row("walking", "s", 2.0, "running", 1.0, limit)
    assert row.figure == figure
    assert lines(shown(row), "walking") == [["walking", "**2 s**", "running", "1 s", *cells, verdict]]


def test_a_missed_target_is_reported_with_its_bound():
    text = shown(Row("walking", "ms", 3.0, "running", 1.0, Limit("≤", 1.5)), Row("resting", "MB", 1234.5))
    assert "- walking: short by 1.5 x. The shoes are old." in text
    assert lines(text, "resting") == [["resting", "**1,234 MB**", "–", "–", "–", "–", "–"]]
    assert "**stub.** A benchmark of one row." in text
    assert "Measured on 2026-01-02, on 2 cores (a processor), with numpy 2.0." in text
    assert "![A picture](picture.svg)" in text
    assert "Nothing falls short" in shown(Row("walking", "ms", 1.0, "running", 1.0, Limit("≤", 1.5)))


def test_rows_are_medians_with_quartiles_and_other_percentiles_without():
    seconds = {"ours": np.arange(101) / 1000, "theirs": np.full(101, 0.01)}
    median = compared("walking", seconds, "running")
    assert (median.ours, median.theirs, median.figure) == pytest.approx((50, 10, 5))
    assert median.spread["ours"] == pytest.approx([25, 75])
    late = compared("walking", seconds, "running", percentile=99, unit="s")
    assert (late.ours, late.spread) == (pytest.approx(0.099), {})
    rate = compared("walking", seconds, "running", unit="steps/s", convert=lambda each: 1 / (each + 0.01))
    assert rate.theirs == pytest.approx(50)
    rows = [median, late, Row("resting", "MB", 1.0, limit=Limit("≤", 400, "ours"))]
    assert from_json(json.loads(json.dumps(to_json(rows)))) == rows


def test_what_is_measured_takes_the_place_of_the_same_benchmarks_figures_alone(run, tmp_path):
    document, text = run("tower")
    assert list(document) == ["tower"]
    assert [row["work"] for row in document["tower"]["rows"]] == ["user tower, batch 1", "user tower, batch 1,024"]
    [batch_1] = lines(text, "user tower, batch 1")
    assert batch_1[2] == "the same weights in plain NumPy"
    assert {"Python", "numpy", "towhee_recsys"} <= document["tower"]["run"]["versions"].keys()

    measured = {"request": document["tower"] | {"rows": []}, "tower": document["tower"] | {"rows": []}}
    (tmp_path / "performance.json").write_text(json.dumps(measured), "utf-8")
    document, _ = run("tower")
    assert list(document) == ["request", "tower"]
    assert document["request"]["rows"] == []
    assert document["tower"]["rows"]
    assert run("page")[0] == document


def test_pictures_are_drawn_of_what_rows_have_for_them(run, tmp_path):
    document, text = run("request")
    assert "![How long requests take](performance-latency.svg)" in text
    assert "performance-size.svg" not in text
    assert (tmp_path / "performance-latency.svg").stat().st_size < 100_000
    [first, _] = document["request"]["rows"]
    assert list(map(len, first["detail"]["distribution"].values())) == [101, 101]

    curve = {"x": "items", "y": "ms", "lines": {"ours": [[100, 1.0], [1000, 2.0]]}}
    document["request"]["rows"][0]["detail"] = {"curve": curve}
    (tmp_path / "performance.json").write_text(json.dumps(document), "utf-8")
    assert "![What the size of the catalogue costs](performance-size.svg)" in run("page")[1]


def test_a_peer_that_is_missing_is_reported_before_anything_is_measured(run, monkeypatch, tmp_path):
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    with pytest.raises(EvaluationError, match=r"needs faiss, which is not installed: pip install -r benchmarks/"):
        run("tower", "batch")
    assert list(tmp_path.iterdir()) == []


def test_a_milvus_server_that_is_missing_is_reported(run, monkeypatch, tmp_path):
    monkeypatch.setenv("MILVUS_SERVER", str(tmp_path / "none"))
    with pytest.raises(EvaluationError, match=r"needs a Milvus server: no Milvus server in .*none"):
        run("request-server")


def test_an_unknown_name_is_refused(run, capsys):
    with pytest.raises(SystemExit):
        run("requests")
    assert "'requests' is not one of request, request-server, " in capsys.readouterr().err


def test_other_commands_are_reached_by_the_same_entry(monkeypatch):
    given = []
    monkeypatch.setattr(quality, "main", given.append)
    entry.main(["quality", "--only", "cold-items"])
    assert given == [["--only", "cold-items"]]


@pytest.mark.parametrize("name", entry.BENCHMARKS)
def test_each_benchmark_says_what_it_measures(name):
    module = entry.module(name)
    assert len(inspect.getdoc(module)) > 100
    assert module.PACKAGES
    assert callable(module.measure)


def test_a_model_is_trained_once_and_again_for_other_settings(tmp_path):
    case = Case(load_config("sample", training={"epochs": 1}), tmp_path)
    manifest = tmp_path / "sample" / "model" / "manifest.json"
    first = (case.trained(), manifest.read_text("utf-8"))
    assert (case.trained(), manifest.read_text("utf-8")) == first
    case.trained(**{"model.embedding_size": 16})
    assert json.loads(manifest.read_text("utf-8"))["dim"] == 16
