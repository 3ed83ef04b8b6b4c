"""What the feedback does in every store: events by index and user, hidden items, one round trip."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.stores.keyed.stores import MariadbStore, RedisStore
from towhee_recsys.errors import QueryError, StoreError
from towhee_recsys.stores.feedback import Event, open_feedback
from towhee_recsys.stores.feedback.identity import index_name
from towhee_recsys.stores.history import open_history
from towhee_recsys.stores.keyed import open_groups

URI = "memory://feedback"


@pytest.fixture
def feedback(url):
    return open_feedback(url, URI, "items")


def events_of(feedback, *users):
    return [[(event.item, event.value) for event in events] for events in feedback.read(users)[1]]


def test_events_come_back_by_user_in_the_order_they_were_added(feedback):
    first = [Event(1, 30, 5, added=2.0), Event(1, 10, 1.5, added=1.0), Event("ключ", "sku-1", "buy"), Event(2, -1)]
    assert feedback.add(first) == 4
    assert feedback.add([Event(1, 20, 3, added=3.0)]) == 1
    assert events_of(feedback, 2, 1, None, 3, "ключ", 1) == [
        [(-1, None)],
        [(10, 1.5), (30, 5), (20, 3)],
        [],
        [],
        [("sku-1", "buy")],
        [(10, 1.5), (30, 5), (20, 3)],
    ]
    assert feedback.users() == 3


def test_an_event_comes_back_as_it_was_given(feedback):
    given = [Event("7", "é🎬", 4.5, "2024-05-31T18:30:00Z", "order-1", 1.25), Event("7", 8, "view", 1_700_000_000)]
    feedback.add(given)
    assert sorted(feedback.read(["7"])[1][0], key=str) == sorted(given, key=str)
    assert sorted(feedback.events(), key=str) == sorted(given, key=str)


def test_a_whole_number_and_its_text_are_one_user_but_two_items(feedback):
    feedback.add([Event(42, 1, 1), Event("42", "1", 2)])
    assert events_of(feedback, 42) == events_of(feedback, "42")
    assert sorted(map(str, events_of(feedback, 42)[0])) == ["('1', 2)", "(1, 1)"]


def test_the_same_event_again_changes_nothing_and_a_later_one_replaces_it(feedback):
    for value in (5, 5, 2):
        feedback.add([Event(1, 10, value), Event(1, 20, value, key="order-7"), Event(1, 30, value, key="order-7")])
    assert sorted(events_of(feedback, 1)[0]) == [(10, 2), (30, 2)]
    feedback.add([Event(1, 20, 5, key="10")])  # a key is never taken for an item
    assert sorted(events_of(feedback, 1)[0]) == [(10, 2), (20, 5), (30, 2)]


def test_a_user_is_removed_and_begins_again(feedback):
    feedback.add([Event(user, item) for user in (1, 2) for item in (10, 20)])
    feedback.remove_user("1")
    feedback.remove_user(3)
    assert events_of(feedback, 1, 2) == [[], [(10, None), (20, None)]]
    assert ({event.user for event in feedback.events()}, feedback.users()) == ({2}, 1)
    feedback.add([Event(1, 30)])
    assert events_of(feedback, 1) == [[(30, None)]]


def test_hidden_items_come_with_the_events_of_any_user(feedback):
    assert feedback.hidden() == []
    feedback.add([Event(1, 10)])
    feedback.hide([20, "sku-1", 20])
    feedback.hide([])
    for users in ([], [1], [1, None, 2]):
        hidden, events = feedback.read(users)
        assert sorted(hidden, key=str) == [20, "sku-1"]
        assert len(events) == len(users)
    feedback.show([20, 99])
    assert feedback.hidden() == ["sku-1"]
    assert [event.item for event in feedback.events()] == [10]
    assert feedback.users() == 1
    feedback.show(["sku-1"])
    assert (feedback.hidden(), feedback.users()) == ([], 1)


def test_indexes_do_not_see_each_other_and_all_builds_of_one_do(url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    uris = ["items.db", "other/items.db", "http://me:s3cret@host:19530", "http://host:19530/db", "https://host:19530"]
    opened = [open_feedback(url, uri, name) for uri in uris for name in ("items", "others")]
    for number, each in enumerate(opened):
        each.add([Event(1, number)])
        each.hide([number])
    for number, each in enumerate(opened):
        assert [event.item for event in each.read([1])[1][0]] == [number]
        assert each.hidden() == [number]
    assert open_feedback(url, str(tmp_path / "items.db"), "items") is opened[0]
    assert open_feedback(url, "http://other:word@HOST:19530/", "items") is opened[4]


def test_the_name_of_an_index_has_no_secret():
    name = index_name("http://me:s3cret@host:19530/db", "items")
    assert name == index_name("http://host:19530/db", "items")
    assert name.startswith("items__")
    assert len(name) <= len("items__") + 16
    with pytest.raises(StoreError, match="neither a Milvus Lite file nor a server"):
        index_name("ftp://host", "items")


def test_feedback_and_history_share_a_store(feedback, url):
    open_history(url).write([(1, [10])], "items__a")
    feedback.add([Event(1, 20)])
    open_history(url).drop("items__a")
    assert events_of(feedback, 1) == [[(20, None)]]


@pytest.mark.parametrize("text", ["", "{", "null", "[1]", '{"item": 1}', '{"user": 1, "item": 1.5}', '{"user": [1]}'])
def test_a_broken_row_is_left_out_and_logged(feedback, url, caplog, text):
    feedback.add([Event(1, 10, 5)])
    store = open_groups(url, "feedback", "feedback")
    store.write([("1", "20", text)], index_name(URI, "items"))
    assert events_of(feedback, 1) == [[(10, 5)]]
    [message] = caplog.messages
    assert f"{feedback.url!r} has 1 broken rows" in message


@pytest.mark.parametrize("wrong", [1.5, True, None, "", "x" * 513])
def test_what_is_not_an_id_is_refused_and_nothing_is_added(feedback, wrong):
    for event, of in ((Event(wrong, 1), "user"), (Event(1, wrong), "item")):
        with pytest.raises(QueryError, match=rf"^{of} id .* is not acceptable\. Accepted: "):
            feedback.add([Event(5, 1), event])
    if wrong is not None:  # None is a user without an id
        with pytest.raises(QueryError, match=r"^user id .* is not acceptable"):
            feedback.read([wrong])
    assert events_of(feedback, 5) == [[]]


OTHER = """
import sys
from towhee_recsys.stores.feedback import Event, open_feedback
feedback = open_feedback(sys.argv[1], "memory://feedback", "items")
feedback.add([Event(1, 99, "theirs")])
feedback.hide([98])
print([event.item for event in feedback.read([1])[1][0]])
"""


def test_what_another_process_adds_counts_from_the_next_read_on(feedback, url):
    feedback.add([Event(1, 10, added=1.0)])
    for _ in range(2):
        assert (events_of(feedback, 1), feedback.hidden()) == ([[(10, None)]], [])
    other = subprocess.run([sys.executable, "-c", OTHER, url], capture_output=True, text=True, check=True)
    assert sorted(json.loads(other.stdout)) == [10, 99]
    assert sorted(events_of(feedback, 1)[0], key=str) == [(10, None), (99, "theirs")]
    assert feedback.hidden() == [98]


def test_a_batch_is_one_round_trip(request):
    for server, store in (("redis_server", RedisStore), ("mariadb_server", MariadbStore)):
        running = request.getfixturevalue(server)
        feedback = open_feedback(store(running).url, URI, "items")
        feedback.add(Event(user, user) for user in range(50))
        feedback.hide(range(10))
        asking = running.calls()
        none = running.calls() - asking
        before = running.calls()
        hidden, events = feedback.read([*range(60), None])
        assert (len(hidden), sum(map(len, events))) == (10, 50)
        commands = 61 if server == "redis_server" else 1  # of one pipeline
        assert running.calls() - before - none == commands


def test_messages_name_the_setting_of_the_feedback(tmp_path):
    (tmp_path / "foreign.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match=r"^the feedback 'sqlite:.*name another file in `feedback`\.$"):
        open_feedback(f"sqlite:///{tmp_path / 'foreign.sqlite'}", URI, "items")
    with pytest.raises(StoreError, match=r"^feedback 'mongodb://host/items': this kind of URL is not known"):
        open_feedback("mongodb://host/items", URI, "items")
