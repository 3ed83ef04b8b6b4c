"""The benchmark of quality: it keeps what it has measured, and its page says what the figures say."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from towhee_recsys.errors import EvaluationError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def bench(monkeypatch):
    """The benchmark's modules; nothing is trained, and each model and peer that is measured is noted in `taken`."""
    monkeypatch.syspath_prepend(ROOT)
    names = ("quality", "quality_page", "quality_rows", "quality_steps")
    modules = SimpleNamespace(**{name: import_module(f"benchmarks.{name}") for name in names}, taken=[])

    def ours(config):
        modules.taken.append(Path(config.model.dir).name)
        return {"metrics": {"ndcg@10": 0.3 + config.seed / 1000}, "baselines": {"random": {"ndcg@10": 0.1}}}

    def peer(name, config, dataset):
        modules.taken.append(name)
        return {"metrics": {"ndcg@10": 0.4}}

    monkeypatch.setattr(modules.quality_steps, "_ours", ours)
    monkeypatch.setattr(modules.quality_steps, "_peer", peer)
    return modules


@pytest.fixture
def run(bench, tmp_path):
    """Runs the command on the sample and returns its page."""

    def run(*arguments: str) -> str:
        files = {"--work": "work", "--json": "quality.json", "--write": "quality.md"}
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
    first, title = lines(page, "cold-items")
    assert first[2:] == [
        "oracle 0.4000 ± 0.0000; taste in genres not measured; random 0.1000 ± 0.0000",
        "**0.3430 ± 0.0010**",
        "≥ 0.3",
        "yes",
    ]
    assert title[3:] == ["**0.0000 ± 0.0000**", "≥ 0", "yes"]
    assert [each[3] for each in lines(page, "rating-90-10")] == ["**not measured**"]
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


def test_a_missed_target_is_reported_with_the_shortfall(bench):
    row = bench.quality_rows.ROWS["rating-90-10"]
    steps = {
        bench.quality_steps.step_name(row.model, row.protocol, seed): {"metrics": {"rmse": rmse}, "baselines": {}}
        for seed, rmse in ((42, 0.836), (43, 0.838))
    }
    steps["svdpp, rating-90-10, seed 42"] = {"metrics": {"rmse": 0.856}}
    document = {"run": {"date": "", "cores": 2, "versions": {}, "seed": 42, "seeds": 2}, "steps": steps}
    page = bench.quality_page.page(document)
    [line] = lines(page, "rating-90-10")
    assert line[2:] == [
        "SVD++ 0.8560 (1 of 2 draws); SVD not measured; biases not measured",
        "**0.8370 ± 0.0014**",
        "≤ 0.834",
        "short by 0.0030",
    ]
    assert "- rating-90-10, RMSE: short by 0.0030" in page


def test_a_peer_that_is_not_installed_is_reported_before_anything_is_measured(bench, run, monkeypatch):
    def library(name):
        raise EvaluationError("pip install 'towhee_recsys[peers]'")

    monkeypatch.setattr(bench.quality_steps, "library", library)
    with pytest.raises(EvaluationError, match="peers"):
        run("--only", "random-811-r3")
    assert bench.taken == []


def test_rows_name_models_baselines_and_protocols_that_there_are(bench):
    from towhee_recsys.config import load_config
    from towhee_recsys.evaluation.baselines import BASELINES
    from towhee_recsys.protocols import PROTOCOLS

    baselines = {*BASELINES, *bench.quality_steps.PEERS}
    for row in bench.quality_rows.ROWS.values():
        assert row.protocol in PROTOCOLS
        assert row.shown <= baselines
        for name in row.models:
            assert bench.quality_rows.MODELS[name](load_config("movielens_1m"))
    untitled = bench.quality_rows.MODELS["untitled"](load_config("movielens_1m"))
    assert [each.column for each in untitled.features.item] == ["movie_id", "genres", "year"]
