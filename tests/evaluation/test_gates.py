from __future__ import annotations

import pytest

from towhee_recsys.config import load_config
from towhee_recsys.config.interactions import Feedback
from towhee_recsys.errors import ConfigError, EvaluationError
from towhee_recsys.evaluation.evaluate import MODEL
from towhee_recsys.evaluation.gates import OURS, Gate, failures, must_serve, peers_of, read_gates

FORM = (
    "accepted: >=, <=, > or <, and then a number, a baseline, or a number * a baseline, such as '>= 1.05 * popularity'."
)

EXPLICIT, IMPLICIT = Feedback((1, 5), 4), Feedback(None, 0)


def gates(require, protocol="rating-90-10", feedback=EXPLICIT):
    config = load_config(require=require, protocol=protocol)
    return read_gates(config.require, config.protocol, feedback)


@pytest.mark.parametrize(
    ("text", "sign", "factor", "baseline"),
    [
        (">= 1.05 * popularity", ">=", 1.05, "popularity"),
        (">popularity", ">", 1, "popularity"),
        ("<= 0.3", "<=", 0.3, None),
        (" < 2*group_popularity ", "<", 2, "group_popularity"),
        (">= 2 * 0.1", ">=", 0.2, None),
    ],
)
def test_the_grammar(text, sign, factor, baseline):
    assert gates({"ndcg@10": text}) == [Gate("ndcg@10", text.strip(), sign, factor, baseline)]


@pytest.mark.parametrize("text", ["", "0.3", "== 0.3", ">= ", ">= -1", ">= 1.05 popularity", ">= 1 * 2 * ease", "=> 1"])
def test_what_is_not_a_gate(text):
    with pytest.raises(ConfigError) as raised:
        gates({"ndcg@10": text})
    assert str(raised.value) == f"require.ndcg@10: given {text!r}, {FORM}"


def test_unknown_names_get_the_nearest():
    with pytest.raises(ConfigError) as raised:
        gates({"ndgc@10": "> 0.1", "ndcg@10": ">= 1.05 * populrity", "rmse": "<= popularity"})
    first, second, third = str(raised.value).splitlines()
    assert first.startswith("- require.ndgc@10: no such metric. Did you mean 'ndcg@10'? Accepted: rmse, mae, interval_")
    assert second.startswith(
        "- require.ndcg@10: given '>= 1.05 * populrity', but 'populrity' is no baseline that has ndcg@10. "
        "Did you mean 'popularity'? Accepted: random, popularity,"
    )
    assert third.startswith("- require.rmse: given '<= popularity', but 'popularity' is no baseline that has rmse.")
    assert "Accepted: mean_rating, item_mean, biases, svd, svdpp." in third


def test_a_question_of_a_protocol_is_a_metric_of_it_alone():
    assert gates({"ndcg@10 (5 liked)": "> ease"}, "cold-users")[0].metric == "ndcg@10 (5 liked)"
    with pytest.raises(ConfigError, match="no such metric"):
        gates({"ndcg@10 (5 liked)": "> ease"})


def test_external_baselines_are_those_that_gates_name():
    assert peers_of(gates({"ndcg@10": "> ials", "recall@10": ">= 0.9 * ials", "rmse": "< svd", "mae": "< biases"})) == [
        "ials",
        "svd",
    ]


def test_without_a_rating_scale_gates_on_ratings_are_refused():
    assert gates({"ndcg@10": "> ease"}, feedback=IMPLICIT)
    with pytest.raises(ConfigError) as raised:
        gates({"rmse": "< 1"}, feedback=IMPLICIT)
    message = str(raised.value)
    assert message.startswith("require.rmse: ")
    assert "rating scale" in message
    assert "dataset.interactions.scale" in message
    assert "Accepted: ndcg@10, " in message


def test_the_recall_of_the_index_is_not_required():
    with pytest.raises(ConfigError, match=r"require\.index_recall@10: .* once the model is indexed"):
        gates({"index_recall@10": "> 0.9"})


def failed(evaluation, require, ours=None):
    ours = evaluation.models[MODEL].metrics if ours is None else ours
    return failures(gates(require), {OURS: ours, **evaluation.baseline_metrics()})


def test_gates_that_hold_and_gates_that_do_not(quick):
    error, bound = quick.models[MODEL].metrics["rmse"], quick.baselines["biases"].metrics["rmse"]
    assert failed(quick, {"rmse": f"<= {error + 0.1}", "hit@10": ">= 0 * random"}) == []
    assert failed(quick, {"rmse": "<= 0.1", "mae": "< 0.2 * biases"})[0] == f"rmse is {error:.4f}, but must be <= 0.1"
    assert failed(quick, {"rmse": "<= 0.5 * biases"}) == [
        f"rmse is {error:.4f}, but must be <= 0.5 * biases (= {bound / 2:.4f})"
    ]


def test_what_was_not_measured_does_not_hold(quick):
    assert failed(quick, {"rmse": "< 5"}, ours={}) == ["rmse must be < 5, but the model has none"]
    assert failed(quick, {"ndcg@10": ">= 0 * ials"}) == ["ndcg@10 must be >= 0 * ials, but ials has none on this data"]


def test_a_model_that_was_not_measured_may_not_serve_where_something_is_required(small_bundle):
    must_serve(small_bundle.config, small_bundle)
    with pytest.raises(EvaluationError, match=r"never measured.*towhee-recsys run"):
        must_serve(small_bundle.config.model_copy(update={"require": {"rmse": "< 5"}}), small_bundle)
