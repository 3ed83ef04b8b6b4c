"""Reasons: their shares sum to the score, and each is what it claims to be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from towhee_recsys import train
from towhee_recsys.bundle import UserEncoder, item_vectors
from towhee_recsys.data import read_dataset
from towhee_recsys.model.embeddings import normalize
from towhee_recsys.requests.reason_sources import sources
from towhee_recsys.requests.reasons import EVERYONE, HISTORY, MOST, OTHER, Reason, named, reasons

HISTORY_FEATURE = "features.user=[{kind: history}, {kind: category, column: age}, {kind: id, column: user_id}]"
MODELS = {
    "both, sum": [],
    "rating, joined": ["objective=rating", "model.tower=joined"],
    "history, sum": ["objective=ranking", HISTORY_FEATURE],
    "history, joined": ["objective=ranking", "model.tower=joined", HISTORY_FEATURE],
}


class Model:
    """A trained model, and what its users have interacted with."""

    def __init__(self, config: Any):
        self.encoder, dataset = UserEncoder(train(config)), read_dataset(config.dataset)
        self.rows, self.items = item_vectors(self.encoder.bundle)
        users = dataset.user_ids[dataset.interactions.users].tolist()
        self.history: dict[int, list[int]] = {key: [] for key in users}
        for user, item in zip(users, dataset.item_ids[dataset.interactions.items].tolist(), strict=True):
            self.history[user].append(item)

    def scores(self, record: dict[str, Any]) -> np.ndarray:
        return self.items @ np.asarray(normalize(self.encoder(record)))

    def reasons(self, record: dict[str, Any], most: int | None = MOST) -> list[list[Reason]]:
        [parts] = self.encoder.parts([record])
        found = sources(record, parts, self.history.get(record.get("user_id", 0), []), self.encoder)
        return reasons(found, list(zip(self.scores(record).tolist(), self.items, strict=True)), most)

    def shares(self, record: dict[str, Any]) -> dict[Any, np.ndarray]:
        """The shares of all items' scores, by what has them."""
        lists = [{(each.because, each.item_id): each.share for each in own} for own in self.reasons(record, None)]
        return {key: np.array([own[key] for own in lists]) for key in lists[0]}


@pytest.fixture(scope="module")
def models(small_config_in, tmp_path_factory):
    made: dict[str, Model] = {}

    def model(name: str) -> Model:
        if name not in made:
            made[name] = Model(small_config_in(tmp_path_factory.mktemp("reasons"), *MODELS[name]))
        return made[name]

    return model


ITEMS = st.lists(st.integers(5001, 5300), max_size=4, unique=True)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.integers(10001, 10060),
        "age": st.sampled_from([1, 18, 25, 35, 45, 50, 56]),
        "gender": st.sampled_from(["F", "M"]),
        "liked": ITEMS,
        "disliked": ITEMS,
        "feedback": st.lists(st.tuples(st.integers(5001, 5300), st.sampled_from([1.0, 3.0, 5.0])), max_size=3),
    },
)


@pytest.mark.parametrize("name", MODELS)
@given(record=RECORDS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_shares_sum_to_the_score(models, name, record):
    model = models(name)
    if "history" in name:
        record.pop("gender", None)
    for field in ("liked", "disliked"):
        record[field] = [key for key in record.get(field, []) if str(key) in model.rows]
    scores = model.scores(record)
    for found in (model.reasons(record), model.reasons(record, None)):
        sums = [sum(each.share for each in own) for own in found]
        assert sums == pytest.approx(scores.tolist(), abs=1e-5)
        assert all(own[-1].because == OTHER for own in found)
        shares = [[each.share for each in own[:-1]] for own in found]
        assert all(own == sorted(own, reverse=True) for own in shares)


@pytest.mark.parametrize("name", MODELS)
def test_the_parts_of_a_vector_sum_to_it(models, name):
    model = models(name)
    records = [{}, {"age": 25}, {"user_id": 10007}, {"age": 56, "liked": [5001, 5003]}, {"user_id": 10003, "age": 1}]
    for record, parts in zip(records, model.encoder.parts(records), strict=True):
        total = parts.nothing + sum(each.vector for each in parts.features) + parts.folded_in
        assert total == pytest.approx(parts.raw, abs=1e-5)
        assert normalize(parts.raw).search == pytest.approx(np.asarray(normalize(model.encoder(record))), abs=2e-3)


@pytest.mark.parametrize("name", ["both, sum", "rating, joined"])
def test_of_a_described_user_nothing_is_left_for_the_rest(models, name):
    """The shares of columns are exact: no other tower call is left over, and each is its own."""
    model = models(name)
    record = {"age": 25, "gender": "F", "occupation": "programmer"}
    shares = model.shares(record)
    assert set(shares) == {(key, None) for key in (EVERYONE, "age", "gender", "occupation", OTHER)}
    assert np.abs(shares[OTHER, None]).max() < 1e-5
    raw, without = (np.asarray(model.encoder(each)) for each in (record, {**record, "age": None}))
    assert shares["age", None] == pytest.approx(model.items @ (raw - without) / np.linalg.norm(raw), abs=1e-5)


def test_nothing_known_is_as_everyone(models):
    shares = models("both, sum").shares({})
    assert set(shares) == {(EVERYONE, None), (OTHER, None)}
    assert shares[EVERYONE, None] == pytest.approx(models("both, sum").scores({}), abs=1e-5)


def test_a_value_has_its_name_whether_it_is_given_or_known(models):
    model = models("both, sum")
    given = {each.because: each for each in model.reasons({"age": 27, "gender": "f"}, None)[0]}
    assert (given["age"].value, given["age"].title, given["gender"].title) == (27, "25-34", "female")
    from_a_frame = {each.because: each for each in model.reasons({"age": np.int64(25)}, None)[0]}
    assert type(from_a_frame["age"].to_json()["value"]) is int
    known = {each.because: each for each in model.reasons({"user_id": 10001}, None)[0]}
    assert known["occupation"].title in model.encoder.features.features[3].names.values()
    assert known["occupation"].to_json().keys() == {"because", "value", "title", "share"}


@pytest.mark.parametrize("name", ["both, sum", "rating, joined"])
def test_what_a_known_user_adds_is_explained_by_the_history(models, name):
    model = models(name)
    shares = model.shares({"user_id": 10002})
    items = {key for because, key in shares if because == HISTORY}
    assert items
    assert items <= set(model.history[10002])
    [parts] = model.encoder.parts([{"user_id": 10002}])
    whole = model.items @ parts.features[0].vector / np.linalg.norm(parts.raw)
    by_items = sum(share for (because, _), share in shares.items() if because == HISTORY)
    assert by_items + shares[OTHER, None] == pytest.approx(whole, abs=1e-5)
    if name == "both, sum":  # of so small a joined model, ids lie anywhere
        assert np.corrcoef(by_items, whole)[0, 1] > 0.6


@pytest.mark.parametrize("name", ["both, sum", "rating, joined"])
def test_liked_items_have_a_share_of_what_is_like_them(models, name):
    model = models(name)
    shares = model.shares({"liked": [5001]})
    alike = model.items @ model.items[model.rows["5001"]]
    assert shares["liked", 5001][model.rows["5001"]] > 0
    assert np.corrcoef(shares["liked", 5001], alike)[0, 1] > 0.5


def test_of_a_history_that_a_sum_tower_reads_each_share_is_exact(models):
    model = models("history, sum")
    ids = [int(key) for key in model.encoder.features.columns[0].vocabulary.values[:3]]
    record = {"liked": [*ids, 999_999]}  # what the history does not know, it does not read
    shares = model.shares(record)
    assert set(shares) == {(EVERYONE, None), (OTHER, None), *(("liked", key) for key in ids)}
    assert np.abs(shares[OTHER, None]).max() < 1e-5
    length = np.linalg.norm(np.asarray(model.encoder(record)))
    nothing, alone = (np.asarray(model.encoder(each)) for each in ({}, {"liked": ids[:1]}))
    assert shares["liked", ids[0]] == pytest.approx(model.items @ (alone - nothing) / 3**0.5 / length, abs=1e-5)


def test_only_what_raises_a_score_is_listed_and_the_largest_first(models):
    model = models("both, sum")
    for own in model.reasons({"user_id": 10002, "age": 25}):
        listed = [each.share for each in own[:-1]]
        assert 0 < len(listed) <= MOST
        assert listed == sorted(listed, reverse=True)
        assert min(listed) > 0


def test_an_item_without_a_vector_has_no_reason_but_the_rest(models):
    model = models("both, sum")
    [parts] = model.encoder.parts([{"age": 25}])
    assert reasons(sources({"age": 25}, parts, [], model.encoder), [(0.4, None)]) == [[Reason(OTHER, 0.4)]]


def test_a_reason_has_the_title_of_its_item():
    reason = Reason("liked", 0.25, item_id=5001)
    assert named(reason, {5001: "Heat"}).to_json() == {
        "because": "liked",
        "item_id": 5001,
        "title": "Heat",
        "share": 0.25,
    }
    assert named(reason, {}).to_json() == {"because": "liked", "item_id": 5001, "share": 0.25}
    assert named(Reason(OTHER, 0.1), {5001: "Heat"}) == Reason(OTHER, 0.1)


def test_what_a_user_dislikes_and_did_since_the_training_has_shares(models):
    model = models("both, sum")
    shares = model.shares({"user_id": 10002, "disliked": [5001], "feedback": [(5003, 5.0)]})
    assert {("disliked", 5001), ("feedback", 5003)} <= set(shares)
    assert shares["disliked", 5001][model.rows["5001"]] < 0 < shares["feedback", 5003][model.rows["5003"]]
    records = {key: {"liked": [key], "feedback": [(key, 5.0)]} for key in range(5001, 5013) if str(key) in model.rows}
    found = {key: [reason for reason in model.shares(record) if reason[1]] for key, record in records.items()}
    named_ones = {key: reasons for key, reasons in found.items() if reasons}  # one that counts against is in the rest
    assert named_ones == {key: [("liked", key)] for key in named_ones}, "an item has one reason"
    assert named_ones
    seen = next(key for key in model.history[10002] if str(key) in model.rows)
    both = [because for because, key in model.shares({"user_id": 10002, "liked": [seen]}) if key == seen]
    assert both == ["liked"]


def test_what_a_history_reads_is_named_by_where_it_comes_from(models):
    model = models("history, sum")
    known, added, fed = (int(key) for key in model.encoder.features.columns[0].vocabulary.values[:3])
    shares = model.shares({"liked": [known, added], "feedback": [(fed, 5.0)]})
    assert {key for key in shares if key[1]} == {("liked", known), ("liked", added), ("feedback", fed)}
    past = {key for because, key in model.shares({"user_id": 10002}) if because == "history"}
    assert past <= set(model.history[10002])
    assert past
