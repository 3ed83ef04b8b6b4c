"""Evaluation of implicit feedback: without a rating scale nothing about ratings is measured, shown or required."""

from __future__ import annotations

from dataclasses import replace

import pytest

from towhee_recsys.cli.measuring import show_evaluation
from towhee_recsys.config.interactions import InteractionsTable
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.baseline_runner import check_external, measure_baselines
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.evaluation.evaluate import MODEL, as_json
from towhee_recsys.evaluation.report import write
from towhee_recsys.evaluation.report.example_users import example_users
from towhee_recsys.evaluation.report.slices import slices
from towhee_recsys.evaluation.report.tables import glossary, tables
from towhee_recsys.evaluation.results import Results
from towhee_recsys.evaluation.scorer import measure_model
from towhee_recsys.protocols import make_task

OF_RATINGS = {"rmse", "mae"}
RATERS = {name for name, each in BASELINES.items() if each.kind == "rater"}


@pytest.fixture(scope="module")
def implicit(quick):
    """The evaluation of the same model, whose interactions are counts here: one or more is liking."""
    counts = InteractionsTable(user="user_id", item="movie_id", count="rating", liked=1)
    schema = quick.dataset.schema.model_copy(update={"interactions": counts})
    dataset, config = replace(quick.dataset, schema=schema), quick.configs[MODEL]
    task = make_task("ranking-80-20", dataset, seed=1, validation=0.0)
    side = side_information(config.features, dataset)
    baselines = {
        name: Results(name, [values]) for name, values in measure_baselines(task, side, schema.feedback).items()
    }
    bundles = quick.models[MODEL].bundles
    models = {MODEL: Results(MODEL, [measure_model(bundles[0], dataset, task)], bundles)}
    return replace(quick, dataset=dataset, tasks=[task], models=models, baselines=baselines)


def test_no_metric_and_no_baseline_of_ratings_is_there(implicit):
    found = as_json(implicit)
    assert not RATERS & found["baselines"].keys()
    assert {"popularity", "item_knn", "ease"} <= found["baselines"].keys()
    for metrics in (found["metrics"], *found["baselines"].values()):
        assert "ndcg@10" in metrics
        assert not OF_RATINGS & metrics.keys()
    assert [*found["significance"]] == ["ndcg@10"]
    assert implicit.models[MODEL].runs[0].predictions is None


def test_all_interactions_that_reach_the_threshold_are_liked(implicit):
    [task] = implicit.tasks
    assert task.liked == 1
    assert task.questions[0].relevant.nnz == len(task.test)


def test_the_command_shows_no_column_of_ratings(implicit, capsys):
    show_evaluation(implicit)
    lines = capsys.readouterr().out.splitlines()
    assert "held-out interactions, lists for" in lines[0]
    assert lines[1].split() == ["NDCG@10", "Recall@10", "Coverage@10", "Diversity@10"]
    assert not any("RMSE" in line for line in lines)


def test_the_report_has_no_section_of_ratings(implicit, monkeypatch):
    assert not {"RMSE", "MAE"} & {*tables(implicit)[0].columns, *(each.title for each in glossary(implicit))}
    assert {each.metric for each in slices(implicit)} == {"ndcg@10", "recall@10"}
    assert all(item.rating is None for user in example_users(implicit) for item in user.liked)
    monkeypatch.setattr(write, "latency", lambda evaluation: None)
    monkeypatch.setattr(write, "curves", lambda evaluation: [])  # those of the model, which was trained on ratings
    page = write.render(implicit)
    assert "weight of 1 or more" in page
    for word in ("RMSE", "MAE", "star rating", "stars"):
        assert word not in page.replace("A star marks", "").replace("have no star:", "")


def test_external_baselines_of_ratings_are_refused(implicit):
    feedback = implicit.dataset.schema.feedback
    check_external(["ials", "bpr"], feedback)
    with pytest.raises(EvaluationError) as raised:
        check_external(["ials", "svd"], feedback)
    message = str(raised.value)
    assert "'svd'" in message
    assert "rating scale" in message
    assert "dataset.interactions.scale" in message
    assert "Accepted: bpr, ials." in message
