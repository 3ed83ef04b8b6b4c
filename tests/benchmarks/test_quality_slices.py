"""The comparison of two models by slices: figures are the report's, intervals are over users, and worse is worse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.quality_slices import Slice, compared_slices
from towhee_recsys import load_config, read_dataset
from towhee_recsys.evaluation.baselines import BASELINES, side_information
from towhee_recsys.evaluation.measure import MetricValues, measure
from towhee_recsys.protocols import Task, make_task

METRICS = ("ndcg@10", "recall@10", "rmse")


@pytest.fixture(scope="module")
def sample():
    """The sample's config and dataset, a task, and its measured popularity and EASE."""
    config = load_config("sample")
    dataset = read_dataset(config.dataset)
    task = make_task("ranking-80-20", dataset, seed=42, validation=0.01)
    return config, dataset, task, _measured("popularity", "mean_rating"), _measured("ease", "biases")


def _measured(ranker: str, rater: str) -> MetricValues:
    config = load_config("sample")
    dataset = read_dataset(config.dataset)
    task = make_task("ranking-80-20", dataset, seed=42, validation=0.01)
    side = side_information(config.features, dataset)
    return measure(task, BASELINES[ranker].ranker(task, side), BASELINES[rater].rater(task, side))


def _slices(sample, before: MetricValues, now: MetricValues) -> list[Slice]:
    config, dataset, task, *_ = sample
    return list(compared_slices(before, now, task, config, dataset, METRICS))


def test_the_figures_of_all_are_the_metrics(sample):
    *_, before, now = sample
    whole = {(each.metric, each.of): each for each in _slices(sample, before, now) if not each.by}
    assert whole.keys() == {("ndcg@10", "users"), ("recall@10", "items"), ("rmse", "users")}
    for metric in ("ndcg@10", "rmse"):
        found = whole[metric, "users"]
        assert (found.before, found.now) == pytest.approx((before.metrics[metric], now.metrics[metric]))
        assert found.low < found.now - found.before < found.high


def test_groups_are_those_of_the_report(sample):
    found = _slices(sample, *sample[3:])
    groups = {(each.of, each.by) for each in found if each.by}
    assert groups >= {("users", "training interactions"), ("users", "gender"), ("items", "training interactions")}
    assert groups >= {("users", "age"), ("items", "genres")}
    users, everyone = (
        [each for each in found if (each.metric, each.by) == ("rmse", by) and each.of == "users"]
        for by in ("gender", "")
    )
    assert sum(each.size for each in users) == everyone[0].size


def test_errors_of_items_are_those_of_their_ratings(sample):
    *_, task, before, now = sample
    popularity = np.bincount(task.train.items, minlength=task.items)
    rare = (popularity >= 10) & (popularity <= 99)
    [found] = [
        each
        for each in _slices(sample, before, now)
        if (each.metric, each.of, each.by, each.label) == ("rmse", "items", "training interactions", "10 to 99")
    ]
    rows = rare[task.test.items]
    assert found.now == pytest.approx(np.sqrt(np.mean((now.predictions[rows] - task.test.values[rows]) ** 2)))


def test_equal_models_are_never_worse(sample):
    for each in _slices(sample, sample[3], sample[3]):
        assert (each.now, each.low, each.high) == (each.before, 0, 0)
        assert not each.worse


def test_what_one_gains_the_other_loses(sample):
    *_, task, before, _ = sample
    better = _with_smaller_errors(before, task)
    gained, lost = _slices(sample, before, better), _slices(sample, better, before)
    assert not any(each.worse for each in gained)
    assert [each.worse for each in lost] == [each.metric == "rmse" for each in lost]
    for one, other in zip(gained, lost, strict=True):
        assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def _with_smaller_errors(run: MetricValues, task: Task) -> MetricValues:
    return replace(run, predictions=(run.predictions + task.test.values) / 2)
