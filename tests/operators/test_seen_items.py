"""history_insert and exclude_seen: from a dataset's interactions to the ids that a user's search leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from towhee_recsys.config import load_config
from towhee_recsys.data import read_dataset
from towhee_recsys.data.interactions import Interactions, interactions_frame, items_by_user
from towhee_recsys.errors import IndexMismatchError, QueryError
from towhee_recsys.operators import ExcludeSeen, HistoryInsert
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.vectors import Receipt, index_of

CURES = ("history_insert", "include_seen: true")


@pytest.fixture(scope="module")
def rated(indexed_config):
    """The items that each user of the sample has rated."""
    table = interactions_frame(read_dataset(indexed_config.dataset))
    return {user: set(items) for user, items in table.groupby("user")["item"]}


@pytest.fixture
def exclude_seen(indexed_config):
    """Makes the operator on the indexed sample."""
    milvus = indexed_config.milvus

    def exclude_seen(**settings):
        given = {"history": indexed_config.history_url, "model_dir": indexed_config.model.dir}
        return ExcludeSeen(**given | {"uri": milvus.uri, "collection": milvus.collection} | settings)

    return exclude_seen


@pytest.fixture
def trips(monkeypatch):
    """The calls of the history's `get`: the users of each."""
    from towhee_recsys.stores.history.history import History

    calls, get = [], History.get
    monkeypatch.setattr(History, "get", lambda self, users, build: calls.append(users) or get(self, users, build))
    return calls


def test_the_history_of_an_index_is_what_the_dataset_s_users_have_rated(indexed_config, rated):
    history, build = open_history(indexed_config.history_url), index_of(indexed_config.milvus).live().build
    assert history.count(build) == len(rated)
    assert dict(zip(rated, map(set, history.get(rated, build)), strict=True)) == rated


def test_each_user_has_each_item_once(indexed_config):
    dataset = read_dataset(indexed_config.dataset)
    rows = [(3, 1), (0, 2), (3, 0), (0, 2), (0, 1)]
    users, items = (np.array(column) for column in zip(*rows, strict=True))
    few = Interactions.of(users, items, np.ones(5, np.float32))
    ids = dataset.item_ids.tolist()
    assert list(items_by_user(dataset, few)) == [
        (dataset.user_ids[0], [ids[1], ids[2]]),
        (dataset.user_ids[3], [ids[0], ids[1]]),
    ]
    assert list(items_by_user(dataset, few.take(np.zeros(5, bool)))) == []
    assert sum(len(own) for _, own in items_by_user(dataset, dataset.interactions)) == len(dataset.interactions)


def test_inserting_again_replaces_everything_and_hands_the_receipts_on(indexed_config, tmp_path):
    insert = HistoryInsert({"name": "sample"}, url := f"sqlite:///{tmp_path / 'history.sqlite'}")
    history = open_history(url)
    receipts = [Receipt("items__unknown_000001", None, 8, np.zeros(0, np.int64), np.zeros(0, np.uint64))]
    history.write([(7, [1]), (10001, [1])], receipts[0].build)  # of a killed run on other data
    for _ in range(2):
        assert insert(receipts) is receipts
        assert history.get([7], receipts[0].build) == [[]]
        assert 1 not in history.get([10001], receipts[0].build)[0]
    assert insert([]) == []


def test_seen_items_are_added_for_a_whole_list_in_one_round_trip(exclude_seen, rated, trips):
    operator, users = exclude_seen(), [{"user_id": 10001}, {}, {"user_id": "10002", "liked": [5]}, {"gender": "F"}]
    given = [[], [7], [5], [8, 9]]
    together = operator(users, given)
    assert len(trips) == 1
    assert together == [operator(user, ids) for user, ids in zip(users, given, strict=True)]
    assert [set(ids) for ids in together] == [rated[10001], {7}, {5} | rated[10002], {8, 9}]
    assert operator([], []) == []
    assert given == [[], [7], [5], [8, 9]]


@pytest.mark.parametrize("user", [{}, {"user_id": None}, {"user_id": 99}, {"user_id": "nobody"}, {"user_id": 1.5}])
def test_a_user_whom_the_history_does_not_have_adds_nothing(exclude_seen, user):
    assert exclude_seen()(user, [1]) == [1]


@pytest.mark.parametrize(
    ("config", "record", "included"),
    [
        (False, None, False),
        (False, True, True),
        (False, False, False),
        (True, None, True),
        (True, True, True),
        (True, False, False),
    ],
)
def test_a_record_overrides_the_config(exclude_seen, trips, config, record, included):
    found = exclude_seen(include_seen=config)({"user_id": 10001, "include_seen": record}, [])
    assert (found == []) == included
    assert bool(trips) != included


@pytest.mark.parametrize("given", ["yes", 2, [], "true", 1, 0, 1.0])
def test_include_seen_is_true_or_false(exclude_seen, given):
    with pytest.raises(QueryError, match=r"include_seen: given .*, accepted: true or false"):
        exclude_seen()({"user_id": 10001, "include_seen": given}, [])


def test_a_build_without_a_history_is_refused_with_the_cure(indexed_config, exclude_seen, tmp_path):
    operator = exclude_seen(history=f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(IndexMismatchError) as raised:
        operator({"user_id": 10001}, [])
    build = index_of(indexed_config.milvus).live().build
    assert all(part in str(raised.value) for part in (build, "empty.sqlite", "towhee-recsys index", *CURES))
    assert operator({}, [1]) == [1], "nobody's items are asked for"


def test_the_history_lies_in_the_catalogue_s_store_unless_the_config_names_another():
    config = load_config("sample", catalogue="redis://host/1")
    assert config.history_url == "redis://host/1"
    assert load_config(config, catalogue="redis://host/2").history_url == "redis://host/2"
    assert load_config(config, history="sqlite:///h.sqlite").history_url == "sqlite:///h.sqlite"
