"""Policies of requests in evaluations: what they cost and gain beside the plain lists."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys import load_config, recommend_pipeline
from towhee_recsys.bundle import popular_items
from towhee_recsys.data import read_dataset
from towhee_recsys.data.items import ItemSchema
from towhee_recsys.errors import EvaluationError
from towhee_recsys.evaluation.evaluate import MODEL, as_json, evaluate_model
from towhee_recsys.evaluation.policy import read_policies, under_policy
from towhee_recsys.evaluation.scorer import ModelScorer
from towhee_recsys.requests import Request
from towhee_recsys.requests.diversity import candidate_count

ITEMS = ItemSchema("movie_id")


def test_a_policy_is_measured_beside_the_model(quick):
    found = as_json(quick)
    policy = found["policies"]["diversity=0.4"]
    assert [*policy] == ["metrics", "intervals", "significance"]
    assert policy["metrics"]["diversity@10"] > found["metrics"]["diversity@10"]
    assert policy["significance"]["ndcg@10"]["against"] == MODEL
    assert "rmse" not in policy["metrics"]  # a policy changes no predicted rating
    assert [*quick.recommenders][:2] == [MODEL, "diversity=0.4"]


def test_the_model_itself_is_measured_by_the_policy_of_its_config(quick, quick_config):
    """Evaluation measures what users get."""
    diverse = evaluate_model(load_config(quick_config, requests={"diversity": 0.4}), policies=["diversity=0"])
    assert (diverse.models[MODEL].runs[0].lists[""] == quick.policies["diversity=0.4"].runs[0].lists[""]).all()
    assert (diverse.policies["diversity=0"].runs[0].lists[""] == quick.models[MODEL].runs[0].lists[""]).all()


def test_lists_of_a_policy_have_only_the_items_that_it_allows(quick):
    task, dataset = quick.tasks[0], quick.dataset
    first, second, third = dataset.item_ids[:3].tolist()
    [policy] = read_policies(
        [f'{{"only": [{first}, {second}, {third}], "exclude": [{second}]}}'], dataset.item_schema
    ).values()
    [question] = under_policy(task, policy, dataset).questions
    assert np.flatnonzero(question.candidates).tolist() == [0, 2]
    assert (question.relevant != task.questions[0].relevant).nnz == 0
    assert under_policy(task, Request(20), dataset) is task


def test_a_filter_leaves_the_items_that_match(quick):
    task, dataset = quick.tasks[0], quick.dataset
    text = 'filter={"genres": {"none": ["Comedy"]}, "year": {"gte": 1950}}'
    [question] = under_policy(task, read_policies([text], dataset.item_schema)[text], dataset).questions
    items = dataset.items
    expected = [
        year >= 1950 and "Comedy" not in genres for year, genres in zip(items["year"], items["genres"], strict=True)
    ]
    assert 0 < sum(expected) < len(items)
    assert question.candidates.tolist() == expected


@pytest.mark.parametrize(
    ("text", "diversity"), [("diversity=0.3", 0.3), (" diversity = 1 ", 1.0), ('{"diversity": 0.25}', 0.25)]
)
def test_the_text_of_a_policy(text, diversity):
    assert read_policies([text], ITEMS)[text].diversity == diversity


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("diversity", ["diversity", "FIELD=VALUE", "diversity, filter, exclude, only"]),
        ("diversity=2", ["diversity", "2", "from 0 to 1"]),
        ("diversity=much", ["much", "FIELD=VALUE"]),
        ("top_k=5", ["top_k", "diversity"]),
        ("diversitty=0.3", ["diversitty", "'diversity'"]),
        ("[1]", ["FIELD=VALUE"]),
    ],
)
def test_a_policy_that_cannot_be_read_is_refused_before_anything_is_trained(quick_config, trainings, text, facts):
    with pytest.raises(EvaluationError) as raised:
        evaluate_model(load_config(quick_config, seed=77), policies=[text])
    assert all(fact in str(raised.value) for fact in ["policy", *facts]), str(raised.value)
    assert trainings == []


def test_diverse_lists_of_popular_items_are_those_of_the_pipeline(indexed_config, sample_bundle):
    """Somebody of whom nothing is known: items are chosen by the scores that hits have, their relative popularity."""
    dataset = read_dataset(indexed_config.dataset)
    scorer, popular = ModelScorer(sample_bundle, dataset), popular_items(sample_bundle)
    rows = {key: row for row, key in enumerate(dataset.item_ids.tolist())}
    count = candidate_count(20)
    lists = np.array([[rows[key] for key in list(popular)[:count]]])
    [found] = scorer.diverse(lists, np.arange(count + 1, 1, -1)[None, : lists.shape[1]], 0.5)
    items = recommend_pipeline(indexed_config)({"user": {}, "diversity": 0.5, "top_k": 20}).get()[0]
    assert dataset.item_ids[found].tolist() == [item["movie_id"] for item in items]
    assert found.tolist() != lists[0, :20].tolist()
