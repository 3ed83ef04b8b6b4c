"""The benchmark of quality: it keeps what it has measured, and its page says what the figures say."""

from __future__ import annotations

import json
from datetime import date
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baselines import BASELINES
from towhee_recsys.protocols import PROTOCOLS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs" / "explanation"


@pytest.fixture
def bench(monkeypatch):
    """The benchmark's modules; nothing is trained, and each model and peer that is measured is noted in `taken`."""
    monkeypatch.syspath_prepend(ROOT)
    names = ("quality", "quality_models", "quality_page", "quality_peers", "quality_rows", "quality_steps")
    modules = SimpleNamespace(**{name: import_module(f"benchmarks.{name}") for name in names}, taken=[])

    def ours(config):
        modules.taken.append(Path(config.model.dir).name)
        metrics = {"ndcg@10": 0.3 + config.seed / 1000, "rmse": 0.94}
        return {"metrics": metrics, "baselines": {"random": {"ndcg@10": 0.1}}}

    def peer(name, config, dataset):
        modules.taken.append(name)
        return {"metrics": {"ndcg@10": 0.4}}

    monkeypatch.setattr(modules.quality_steps, "_ours", ours)
    monkeypatch.setattr(modules.quality_steps, "measured_peer", peer)
    return modules


@pytest.fixture
def run(bench, tmp_path):
    """Runs the command on the sample and returns its page."""

    def run(*arguments: str) -> str:
        files = {"--work": "work", "--json": "quality.json", "--write": "quality.md", "--performance": "none.json"}
        places = [each for option, name in files.items() for each in (option, str(tmp_path / name))]
        bench.quality.main(["-c", "sample", "--seeds", "1", "--only", "cold-items", *places, *arguments])
        return (tmp_path / "quality.md").read_text(encoding="utf-8")

    return run


def lines(page: str, row: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith(f"| {row} ")
    ]


def test_every_figure_of_the_page_comes_from_the_draws(run, tmp_path):
    page = run()
    ranked, rated, title = lines(page, "cold-items")
    assert ranked[2:] == [
        "oracle 0.4000 ± 0.0000; taste in genres not measured; random 0.1000 ± 0.0000",
        "–",
        "**0.3430 ± 0.0010**",
        "≥ 0.305",
        "yes, and the moonshot",
        "≥ 0.33",
    ]
    assert rated[4:] == ["**0.9400 ± 0.0000**", "≤ 1", "yes, and the moonshot", "≤ 0.95"]
    assert title[4:] == ["**0.0000 ± 0.0000**", "≥ 0", "yes", "–"]
    assert [each[4] for each in lines(page, "rating-90-10")] == ["**not measured**"]
    assert len(json.loads((tmp_path / "quality.json").read_text())["steps"]) == 9


def test_it_resumes_where_it_stopped(run, bench):
    run()
    assert len(bench.taken) == 9
    run()
    assert len(bench.taken) == 9, "all is kept"
    run("--set", "training.epochs=3")
    assert len(bench.taken) == 9 + 6, "models of other settings are measured again, peers are not"
    run("--set", "training.epochs=3", "--fresh")
    assert len(bench.taken) == 9 + 6 + 9


def test_models_are_measured_again_without_the_other_libraries(run, bench, tmp_path):
    run()
    document = json.loads((tmp_path / "quality.json").read_text())
    document["steps"]["oracle, cold-items, seed 42"]["date"] = "2001-01-01"
    document["steps"]["ablation, cold-users, seed 42"] = {
        "basis": "",
        "date": "2001-01-02",
        "commit": "abc",
        "differences": [{"feature": "all features", "protocol": "cold-users", "metric": "rmse", "figure": 0.9}],
    }
    (tmp_path / "quality.json").write_text(json.dumps(document))
    del bench.taken[:]
    run("--fresh=models", "--page-only")
    assert bench.taken == [], "the page alone is written"
    run("--fresh=models")
    assert sorted(bench.taken) == sorted(
        f"{model}-cold-items-{seed}" for model in ("default", "untitled") for seed in (42, 43, 44)
    )
    steps = json.loads((tmp_path / "quality.json").read_text())["steps"]
    assert steps["oracle, cold-items, seed 42"]["date"] == "2001-01-01"
    assert steps["ablation, cold-users, seed 42"]["date"] == "2001-01-02"
    assert steps["default, cold-items, seed 42"]["date"] == date.today().isoformat()


def test_a_peer_is_measured_again_with_another_version_of_its_library(bench, monkeypatch):
    config, versions = load_config("sample"), {"scikit-surprise": "1", "implicit": "1"}
    monkeypatch.setattr(bench.quality_peers, "version", versions.__getitem__)

    def basis(peer):
        return bench.quality_peers.peer_basis(peer, "data", config)

    svd, ials = basis("svd"), basis("ials")
    versions["implicit"] = "2"
    assert basis("svd") == svd
    assert basis("ials") != ials
    assert basis("oracle") == ["data", config.protocol, config.seed, config.training.validation, None]


def document_of(steps, seeds=1, **run):
    made = {name: {"basis": "", "date": "2026-01-31", "commit": "abc1234"} | step for name, step in steps.items()}
    return {"run": {"cores": 2, "versions": {}, "seed": 42, "seeds": seeds} | run, "steps": made}


def test_a_missed_target_is_reported_with_the_shortfall(bench):
    row = bench.quality_rows.ROWS["rating-90-10"]
    steps = {
        bench.quality_steps.step_name(row.model, row.protocol, seed): {"metrics": {"rmse": rmse}, "baselines": {}}
        for seed, rmse in ((42, 0.836), (43, 0.838))
    }
    steps["svdpp, rating-90-10, seed 42"] = {"metrics": {"rmse": 0.856}, "date": "2025-12-31"}
    page = bench.quality_page.page(document_of(steps, seeds=2))
    [line] = lines(page, "rating-90-10")
    assert line[2] == "SVD++ 0.8560 (1 of 2 draws); SVD not measured; biases not measured"
    assert line[3].startswith("[GLocal-K](https://arxiv.org/abs/2108.12184) 0.8227; ")
    assert line[4:] == ["**0.8370 ± 0.0014**", "≤ 0.8215", "short by 0.0155", "≤ 0.817"]
    assert "- rating-90-10, RMSE: short by 0.0155" in page
    assert "measured on 2026-01-31 at abc1234.)" in page
    assert "were measured on 2025-12-31:" in page


def test_coverage_is_shown_without_a_target(bench):
    metrics = {"rmse": 0.82, "interval_coverage@50": 0.51, "interval_coverage@95": 0.94}
    page = bench.quality_page.page(
        document_of({"default, rating-90-10, seed 42": {"metrics": metrics, "baselines": {}}})
    )
    assert [each[4:] for each in lines(page, "confidence")] == [
        ["**0.5100**", "–", "–", "–"],
        ["**not measured**", "–", "–", "–"],
        ["**0.9400**", "–", "–", "–"],
    ]
    assert "interval_coverage@80" in bench.quality_peers.KEPT


def test_the_least_work_to_the_quality_of_svdpp_is_that_of_the_page_of_speed(bench):
    work = [
        ("train to the RMSE of Surprise's SVD++", 13.7),
        ("the teacher alone, to the RMSE of Surprise's SVD++", 4.0),
    ]
    rows = [{"work": name, "ours": ours, "theirs": 237.0} for name, ours in work] + [{"work": "other", "ours": 1.0}]
    speed = {"learning": {"run": {"date": "2026-02-01"}, "rows": rows}}
    page = bench.quality_page.page(document_of({}), speed)
    [line] = lines(page, "training-work")
    assert line[2:] == ["SVD++ 237.0", "–", "**4.0**", "≤ 10", "yes, and the moonshot", "≤ 5"]
    assert "it was on 2026-02-01." in page
    assert lines(bench.quality_page.page(document_of({})), "training-work") == []


def test_slices_that_are_worse_are_marked_and_named(bench):
    def of(label, before, now, low, high):
        same = {"metric": "rmse", "of": "users", "by": "gender", "size": 1000}
        return same | {"label": label, "before": before, "now": now, "low": low, "high": high}

    found = [of("female", 0.8, 0.79, -0.012, -0.008), of("male", 0.8, 0.81, 0.008, 0.012)]
    page = bench.quality_page.page(document_of({"slices, rating-90-10, seed 42": {"slices": found}}))
    assert (
        "Of 2 slices, 1 is worse:\n\n- RMSE, rating-90-10, users by gender, male: +0.0100 [+0.0080, +0.0120]\n" in page
    )
    assert [each[5] for each in lines(page, "users by gender")] == [
        "-0.0100 [-0.0120, -0.0080]",
        "+0.0100 [+0.0080, +0.0120] **worse**",
    ]
    better = bench.quality_page.page(document_of({"slices, rating-90-10, seed 42": {"slices": found[:1]}}))
    assert "None of the 1 slices is worse." in better


def test_an_ablation_of_other_settings_says_so(bench):
    line = {"protocol": "cold-users", "metric": "rmse", "difference": 0.1, "low": None, "high": None}
    differences = [line | {"feature": "all features", "figure": 0.9}, line | {"feature": "age", "figure": 1.0}]
    ablation = {"basis": "old", "commit": "0ld", "differences": differences}
    steps = {
        "ablation, cold-users, seed 42": ablation,
        "default, cold-users, seed 42": {"basis": "new", "metrics": {}, "baselines": {}},
    }
    page = bench.quality_page.page(document_of(steps))
    assert "of an earlier model with other settings" in page
    assert "Measured on 2026-01-31 at 0ld." in page
    assert lines(page, "without age") == [["without age", "+0.1000"]]
    steps["default, cold-users, seed 42"]["basis"] = "old"
    assert "of an earlier model" not in bench.quality_page.page(document_of(steps))


def test_data_in_time_are_beside_their_peers(bench):
    metrics = {"Popularity": [0.1, 0.2], "iALS": [0.3, 0.3], "This model": [0.4, 0.4]}
    counts = {"users": 400, "items": 150, "interactions": 4875}
    step = {"counts": counts, "metrics": metrics}
    page = bench.quality_page.page(document_of({"in time, shop": step}))
    assert "- shop, generated: " in page
    assert "- purchases" not in page
    assert "| data | users × items, interactions | Popularity | iALS | ours |" in page
    assert lines(page, "shop") == [
        ["shop", "400 × 150, 4,875", "0.1500 ± 0.0707", "0.3000 ± 0.0000", "**0.4000 ± 0.0000**"]
    ]


def test_the_page_in_the_repository_is_that_of_its_figures(bench):
    document, speed = (json.loads((DOCS / name).read_text()) for name in ("quality.json", "performance.json"))
    assert bench.quality_page.page(document, speed) == (DOCS / "quality.md").read_text(encoding="utf-8")


def test_a_peer_that_is_not_installed_is_reported_before_anything_is_measured(bench, run, monkeypatch):
    def library(name):
        raise EvaluationError("pip install 'towhee_recsys[peers]'")

    monkeypatch.setattr(bench.quality_peers, "library", library)
    with pytest.raises(EvaluationError, match="peers"):
        run("--only", "random-811-r3")
    assert bench.taken == []


def test_rows_name_models_baselines_and_protocols_that_there_are(bench):
    baselines = {*BASELINES, *bench.quality_peers.PEERS}
    for row in bench.quality_rows.ROWS.values():
        assert row.protocol in PROTOCOLS
        assert row.shown <= baselines
        for name in row.models:
            assert bench.quality_models.MODELS[name](load_config("movielens_1m"))
    untitled = bench.quality_models.MODELS["untitled"](load_config("movielens_1m"))
    assert [each.column for each in untitled.features.item] == ["movie_id", "genres", "year"]
