from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from towhee_recsys.metrics import CUTOFFS, CandidateItems, exposure, per_user


@pytest.fixture(scope="module")
def pytrec_eval():
    return pytest.importorskip("pytrec_eval", reason="pytrec-eval-terrier has no wheel for every platform")


def relevant_of(*rows, items=10):
    return csr_matrix([np.isin(np.arange(items), row) for row in rows])


def test_by_hand():
    """The first user finds two of three at the ranks 2 and 4, the second the only one at 1, the third nothing."""
    lists = np.array([[5, 1, 6, 2], [9, 0, 1, -1], [4, 3, 2, 1]])
    metrics = per_user(lists, relevant_of([1, 2, 3], [9], [0]), cutoffs=(2, 4))
    ideal = 1 + 1 / np.log2(3)
    expected = {
        "ndcg@2": [1 / np.log2(3) / ideal, 1, 0],
        "recall@2": [1 / 3, 1, 0],
        "precision@2": [1 / 2, 1 / 2, 0],
        "mrr@2": [1 / 2, 1, 0],
        "hit@2": [1, 1, 0],
        "ndcg@4": [(1 / np.log2(3) + 1 / np.log2(5)) / (ideal + 1 / 2), 1, 0],
        "recall@4": [2 / 3, 1, 0],
        "precision@4": [2 / 4, 1 / 4, 0],
        "mrr@4": [1 / 2, 1, 0],
        "hit@4": [1, 1, 0],
    }
    assert list(metrics) == list(expected)
    for name, values in expected.items():
        assert metrics[name].dtype == np.float64
        assert metrics[name] == pytest.approx(values), name


def test_the_first_relevant_item_after_the_cutoff_counts_nothing():
    metrics = per_user(np.array([[0, 1, 2, 3]]), relevant_of([3]), cutoffs=(3, 4))
    assert [metrics[name][0] for name in ("mrr@3", "hit@3", "mrr@4", "hit@4")] == [0, 0, 0.25, 1]


def test_users_without_relevant_items_have_nan():
    metrics = per_user(np.array([[0, 1], [0, 1]]), relevant_of([], [0]), cutoffs=(2,))
    assert all(np.isnan(values[0]) and not np.isnan(values[1]) for values in metrics.values())


def test_an_empty_entry_of_a_list_is_no_item():
    metrics = per_user(np.array([[-1, -1], [-1, -1]]), relevant_of([9], [9, 0]), cutoffs=(2,))
    assert not any(values.any() for values in metrics.values())


def test_no_users():
    metrics = per_user(np.zeros((0, 20), np.int64), csr_matrix((0, 10), dtype=bool))
    assert list(metrics) == [f"{name}@{k}" for k in (10, 20) for name in ("ndcg", "recall", "precision", "mrr", "hit")]
    assert all(values.shape == (0,) for values in metrics.values())


@given(
    seed=st.integers(0, 2**32 - 1),
    users=st.integers(1, 6),
    items=st.integers(1, 60),
    share=st.sampled_from([0.02, 0.2, 0.8]),
    shortest=st.integers(0, 20),
)
def test_they_agree_with_trec_eval(pytrec_eval, seed, users, items, share, shortest):
    random = np.random.default_rng(seed)
    relevant = csr_matrix(random.random((users, items)) < share)
    lists = np.full((users, 20), -1)
    for row in lists:
        length = min(items, random.integers(shortest, 21))
        row[:length] = random.permutation(items)[:length]
    found = per_user(lists, relevant)
    for k in CUTOFFS:
        for user, theirs in trec_eval(pytrec_eval, lists[:, :k], relevant, k).items():
            for name, value in theirs.items():
                assert found[f"{name}@{k}"][int(user)] == pytest.approx(value), (name, k)
    nobodys = np.diff(relevant.indptr) == 0
    assert all(np.array_equal(np.isnan(values), nobodys) for values in found.values())


def trec_eval(pytrec_eval, lists, relevant, k):
    names = {"recall": f"recall_{k}", "ndcg": f"ndcg_cut_{k}", "precision": f"P_{k}", "hit": f"success_{k}"}
    names["mrr"] = "recip_rank"  # it knows no cutoff, so the lists are cut before
    judged = {str(user): {str(item): 1 for item in row.nonzero()[1]} for user, row in enumerate(relevant)}
    run = {
        str(user): {str(item): float(-rank) for rank, item in enumerate(row) if item >= 0}
        for user, row in enumerate(lists)
    }
    measures = {"recall", "ndcg_cut", "P", "success", "recip_rank"}
    measures = {each if each == "recip_rank" else f"{each}.{k}" for each in measures}
    evaluator = pytrec_eval.RelevanceEvaluator({user: row for user, row in judged.items() if row}, measures)
    return {
        user: {name: values[theirs] for name, theirs in names.items()}
        for user, values in evaluator.evaluate(run).items()
        if run[user]  # it is undefined for a list without items
    }


def test_exposure_by_hand():
    """Of four candidates one is shown three times, one once; eight users, of whom 8, 2 and none rated them."""
    lists = np.array([[0, 1], [0, -1], [0, -1]])
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 0], [0, 1], [0, 1]], dtype=np.float32)
    items = CandidateItems(np.array([1, 1, 1, 1, 0], bool), np.array([8.0, 2, 0, 4, 8]), n_users=8, vectors=vectors)
    found = exposure(lists, items, cutoffs=(1, 2))
    assert found == {
        "coverage@1": 1 / 4,
        "novelty@1": 0,
        "gini@1": 3 / 4,
        "diversity@1": pytest.approx(np.nan, nan_ok=True),
        "coverage@2": 2 / 4,
        "novelty@2": pytest.approx((0 + 0 + 0 + 2) / 4),
        "gini@2": pytest.approx((-3 * 0 - 1 * 0 + 1 * 1 + 3 * 3) / (4 * 4)),
        "diversity@2": pytest.approx(1 - 0.6),
    }


def test_an_item_without_users_is_as_novel_as_one_with_a_single_user():
    items = CandidateItems(np.ones(2, bool), np.array([0.0, 1]), n_users=16, vectors=np.eye(2))
    assert exposure(np.array([[0], [1]]), items, cutoffs=(1,))["novelty@1"] == 4


def test_all_candidates_equally_often():
    lists = np.array([[0, 1], [2, 3], [1, 0], [3, 2]])
    found = exposure(lists, CandidateItems(np.ones(4, bool), np.ones(4), n_users=4, vectors=np.eye(4)), cutoffs=(2,))
    assert (found["coverage@2"], found["gini@2"]) == (1, 0)


@pytest.mark.parametrize("lists", [np.zeros((0, 20), np.int64), np.full((3, 20), -1)])
def test_empty_lists_show_nothing(lists):
    found = exposure(lists, CandidateItems(np.ones(4, bool), np.ones(4), n_users=4, vectors=np.eye(4)), cutoffs=CUTOFFS)
    assert found["coverage@10"] == found["coverage@20"] == 0
    assert all(np.isnan(found[name]) for name in ("novelty@10", "gini@10", "diversity@10"))
    assert all(type(value) is float for value in found.values())


@given(st.lists(st.integers(0, 20), min_size=1, max_size=20).filter(any))
def test_gini_is_half_the_relative_mean_difference(counts):
    lists = np.repeat(np.arange(len(counts)), counts)[:, None]
    items = CandidateItems(np.ones(len(counts), bool), np.ones(len(counts)), 1, np.eye(len(counts)))
    found = exposure(lists, items, cutoffs=(1,))["gini@1"]
    differences = np.abs(np.subtract.outer(counts, counts)).mean()
    assert found == pytest.approx(differences / 2 / np.mean(counts))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_diversity_is_the_mean_of_all_pairs(seed, length):
    """Of lists with fewer than two items there is none; an item without a vector is unlike any other."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(9, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[8] = 0
    lists = np.array([random.permutation(9)[:length] for _ in range(5)])
    lists[random.random(lists.shape) < 0.3] = -1
    pairs = [[1 - vectors[a] @ vectors[b] for a, b in combinations(own[own >= 0], 2)] for own in lists]
    expected = 1 - np.mean([1 - np.mean(own) for own in pairs if own]) if any(pairs) else np.nan
    items = CandidateItems(np.ones(9, bool), np.ones(9), 1, vectors)
    assert exposure(lists, items, (length,))[f"diversity@{length}"] == pytest.approx(expected, abs=1e-5, nan_ok=True)
